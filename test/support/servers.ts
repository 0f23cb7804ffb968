/** The tests' server, chosen in global-setup.ts, and separate servers for a test. */
import { describe, inject } from "vitest";
import { canStartNodes } from "./couchdb.js";
import type { Login } from "./request.js";

export { type Cluster, type ClusterOptions, everyNodeKnowsAll, startCluster } from "./cluster.js";
export { type CouchNode, canStartNodes, type NodeOptions, startCouchDB } from "./couchdb.js";
export { type EmbeddedOptions, startEmbedded } from "./embedded.js";

/** `given`: COUCHDB_URL; `real`: a throwaway CouchDB; `embedded`: the embedded server, if there is no CouchDB. */
export type ServerKind = "given" | "real" | "embedded";

/** What the embedded server can't show. */
export const capabilities = ["replication", "active-tasks", "index-reuse", "mango-redefinition", "resharding"] as const;
export type Capability = (typeof capabilities)[number];

export interface ServerFacts {
  /** Without credentials. */
  readonly url: string;
  readonly admin: Login;
  readonly kind: ServerKind;
  readonly version: string;
  /** Its JavaScript engine. The embedded server refuses what QuickJS refuses. */
  readonly engine: "quickjs" | "spidermonkey";
}

export interface Server extends ServerFacts {
  has(capability: Capability): boolean;
  /** Whether it has this version, or a newer one. The embedded server counts as the newest. */
  isFrom(version: `${number}.${number}`): boolean;
}

declare module "vitest" {
  interface ProvidedContext {
    server: ServerFacts;
  }
}

/** The server that all test files share: use unique names (databases.ts) and sets. */
export function server(): Server {
  const facts = inject("server");
  return {
    ...facts,
    has: () => facts.kind !== "embedded",
    isFrom: (version) => facts.kind === "embedded" || compareVersions(facts.version, version) >= 0,
  };
}

function compareVersions(one: string, other: string): number {
  const [ofOne, ofOther] = [one, other].map((version) => version.split(".").map(Number));
  const major = (ofOne?.[0] ?? 0) - (ofOther?.[0] ?? 0);
  return major || (ofOne?.[1] ?? 0) - (ofOther?.[1] ?? 0);
}

/** `describe`, for what the embedded server can't show; skipped, with that in its name, if there is no CouchDB. */
export function onReal(title: string, body: () => void): void {
  const runs = server().kind !== "embedded";
  describe.skipIf(!runs)(runs ? title : `${title} (left out: needs a CouchDB)`, body);
}

/** `describe`, for tests that start their own CouchDB nodes (`startCouchDB`, `startCluster`). */
export function onNodes(title: string, body: () => void): void {
  describe.skipIf(!canStartNodes)(canStartNodes ? title : `${title} (left out: needs COUCHDB_HOME)`, body);
}
