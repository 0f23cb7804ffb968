/** Plain HTTP to a server, independent of everything under test, for preparing and checking. */
export interface Login {
  readonly name: string;
  readonly password: string;
}

/** Anything with an address and an admin. */
export interface Addressed {
  readonly url: string;
  readonly admin: Login;
}

export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever the server answers
  readonly body: any;
  readonly headers: Headers;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the server's admin. `null`: without credentials. */
  readonly as?: Login | null;
}

/** `path` is sent unchanged: encode names in it. Every answer is returned; only a lost connection throws. */
export async function request(
  server: Addressed,
  method: string,
  path: string,
  { body, headers = {}, as = server.admin }: RequestOptions = {},
): Promise<Reply> {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(as ? { authorization: basic(as) } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(70_000),
  });
  const text = await response.text();
  return { status: response.status, body: parsed(text), headers: response.headers };
}

/** Like `request`, for requests that must succeed: any status other than 2xx throws. Returns the body. */
export async function must(
  server: Addressed,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Reply["body"]> {
  const reply = await request(server, method, path, options);
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
}

/** The value of an Authorization header. */
export function basic({ name, password }: Login): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}

/** Repeats a request until `done` returns true, for what takes a server a moment. */
export async function until<T>(ask: () => Promise<T>, done: (answer: T) => boolean, seconds = 60): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (performance.now() > deadline)
      throw new Error(`not within ${seconds} s; last answer: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
