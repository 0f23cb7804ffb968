/**
 * The contract that both the embedded server and a real CouchDB fulfil.
 *
 * A scenario is a list of probes, sent in order: what is requested, by whom, and which status and parts of the body
 * come back. To add a probe, add a line to one of the scenarios; what a real CouchDB answers is right.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Addressed, Login } from "../support/request.js";
import { basic, until } from "../support/request.js";
import { cleanUp } from "./clean-up.js";
import { scenarios } from "./scenarios/index.js";

export interface Probe {
  readonly it: string;
  /** Method and path. `<name>` is replaced by what an earlier probe kept, here, in the headers and in the body. */
  readonly send: string;
  /** Default: the admin. `null` sends no credentials. */
  readonly as?: Login | null;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent unchanged. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly gets: number;
  /** What the body must hold; further fields don't matter. */
  readonly like?: unknown;
  /** The whole body. */
  readonly exactly?: unknown;
  /** The name under which the `rev` of the answer is kept. A cookie is always kept as `cookie`. */
  readonly keeps?: string;
  /** For what takes the server a moment: sent again until the answer is right. */
  readonly settles?: true;
}

export interface Scenario {
  readonly title: string;
  readonly probes: readonly Probe[];
}

export interface Started {
  readonly url: string;
  /** Null: no login is needed. */
  readonly admin: Login | null;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly rev: string | undefined;
  readonly cookie: string | undefined;
}

export function contract(name: string, start: () => Promise<Addressed & Started>): void {
  const startClean = async () => {
    const server = await start();
    await cleanUp(server);
    const close = async () => {
      await cleanUp(server);
      await server.close();
    };
    return { url: server.url, admin: server.admin, close };
  };
  runScenarios(`${name} fulfils the contract`, startClean, scenarios);
}

/** Starts a server, sends all probes of the scenarios in order, and closes it. */
export function runScenarios(title: string, start: () => Promise<Started>, list: readonly Scenario[]): void {
  describe(title, () => {
    let server: Started;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.close());

    for (const { title, probes } of list) {
      describe(title, () => {
        const kept = new Map<string, string>();
        for (const probe of probes) it(probe.it, () => check(server, probe, kept));
      });
    }
  });
}

async function check(server: Started, probe: Probe, kept: Map<string, string>): Promise<void> {
  const ask = () => send(server, probe, kept);
  const answer = probe.settles ? await until(ask, (candidate) => isRight(candidate, probe), 20) : await ask();
  if (probe.keeps && answer.rev) kept.set(probe.keeps, answer.rev);
  if (answer.cookie) kept.set("cookie", answer.cookie);
  compare(answer, probe);
}

function compare({ status, body }: Answer, { gets, like, exactly }: Probe): void {
  expect({ status, body }).toMatchObject({ status: gets });
  if (like !== undefined) expect(body).toMatchObject(like as object);
  if (exactly !== undefined) expect(body).toEqual(exactly);
}

function isRight(answer: Answer, probe: Probe): boolean {
  try {
    compare(answer, probe);
    return true;
  } catch {
    return false;
  }
}

async function send(server: Started, probe: Probe, kept: Map<string, string>): Promise<Answer> {
  const fill = (text: string) => text.replace(/<([a-z]+)>/g, (placeholder, name) => kept.get(name) ?? placeholder);
  const [method = "", path = ""] = fill(probe.send).split(" ");
  const as = probe.as === undefined ? server.admin : probe.as;
  const body = probe.raw ?? (probe.body === undefined ? undefined : fill(JSON.stringify(probe.body)));
  const headers = new Headers({ accept: "application/json" });
  if (body !== undefined) headers.set("content-type", "application/json");
  if (as) headers.set("authorization", basic(as));
  for (const [name, value] of Object.entries(probe.headers ?? {})) headers.set(name, fill(value));

  const response = await fetch(server.url + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    redirect: "manual",
    // CouchDB waits for a body that is longer than what was sent.
    signal: AbortSignal.timeout(60_000),
  });
  const parsed = parse(await response.text());
  return {
    status: response.status,
    body: parsed,
    rev: (parsed as { rev?: string } | undefined)?.rev,
    cookie: /AuthSession=[^;]+/.exec(response.headers.get("set-cookie") ?? "")?.[0],
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text === "" ? undefined : text;
  }
}
