/** The server that the tests run against, chosen in global-setup.ts, and further ones of a test's own. */
import { describe, inject } from "vitest";
import { canStartNodes } from "./couchdb.js";
import type { Login } from "./request.js";

export { type Cluster, type ClusterOptions, everyNodeKnowsAll, startCluster } from "./cluster.js";
export { type CouchNode, canStartNodes, type NodeOptions, startCouchDB } from "./couchdb.js";
export { type EmbeddedOptions, startEmbedded } from "./embedded.js";

/** `given`: COUCHDB_URL; `real`: a throwaway CouchDB; `embedded`: our own server, where there is no CouchDB. */
export type ServerKind = "given" | "real" | "embedded";

/** What the embedded server can't show. */
export const capabilities = ["replication", "active-tasks", "index-reuse", "mango-redefinition"] as const;
export type Capability = (typeof capabilities)[number];

export interface ServerFacts {
  /** Without credentials. */
  readonly url: string;
  readonly admin: Login;
  readonly kind: ServerKind;
  readonly version: string;
}

export interface Server extends ServerFacts {
  has(capability: Capability): boolean;
}

declare module "vitest" {
  interface ProvidedContext {
    server: ServerFacts;
  }
}

/** The server that all test files share: use names of your own (databases.ts), and sets of your own. */
export function server(): Server {
  const facts = inject("server");
  return { ...facts, has: () => facts.kind !== "embedded" };
}

/** `describe`, for what the embedded server can't show; left out, and named so, where there is no CouchDB. */
export function onReal(title: string, body: () => void): void {
  const runs = server().kind !== "embedded";
  describe.skipIf(!runs)(runs ? title : `${title} (left out: needs a CouchDB)`, body);
}

/** `describe`, for tests that start CouchDB nodes of their own (`startCouchDB`, `startCluster`). */
export function onNodes(title: string, body: () => void): void {
  describe.skipIf(!canStartNodes)(canStartNodes ? title : `${title} (left out: needs COUCHDB_HOME)`, body);
}
