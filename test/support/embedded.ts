/** The embedded server, as tests start it. Its packages are optional, so they are loaded only when it is used. */
import type { Login } from "./request.js";

export interface EmbeddedOptions {
  /** Names and passwords; the first one is `admin`. Empty: admin party. Default: admin, secret. */
  readonly admins?: Readonly<Record<string, string>>;
  /** The version of the emulated CouchDB. */
  readonly version?: string;
}

export interface Embedded {
  readonly url: string;
  readonly admin: Login;
  close(): Promise<void>;
}

export async function startEmbedded({
  admins = { admin: "secret" },
  ...more
}: EmbeddedOptions = {}): Promise<Embedded> {
  const { startSandbox } = await import("../../sandbox/index.js");
  const { url, close } = await startSandbox({ admins, adminParty: Object.keys(admins).length === 0, ...more });
  const [name = "", password = ""] = Object.entries(admins)[0] ?? [];
  return { url: url.replace(/\/$/, ""), admin: { name, password }, close };
}
