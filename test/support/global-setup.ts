/**
 * Chooses the server that the tests run against, once for all files: `COUCHDB_URL` if it is set; else a throwaway
 * CouchDB, if one is installed (`COUCHDB_HOME`); else the embedded server.
 */
import type { TestProject } from "vitest/node";
import { canStartNodes, couchHome, startCouchDB } from "./couchdb.js";
import { prefix, removeDatabases } from "./databases.js";
import { startInstaller } from "./installer.js";
import { type Addressed, type Login, must, request } from "./request.js";
import type { ServerFacts, ServerKind } from "./servers.js";

interface Chosen {
  readonly server: Addressed;
  readonly kind: ServerKind;
  close(): Promise<void>;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, kind, close } = await choose();
  const { version } = await must(server, "GET", "/");
  const facts: ServerFacts = {
    url: server.url,
    admin: server.admin,
    kind,
    version,
    engine: await engineOf(server, kind),
  };
  project.provide("server", facts);
  console.log(`\nTests run against ${said(facts)}`);
  for (const line of leftOut(kind)) console.log(`Left out: ${line}`);
  const installer = await startInstaller();
  project.provide("installer", installer.url);
  return async () => {
    await installer.close();
    await close();
  };
}

async function choose(): Promise<Chosen> {
  const given = process.env.COUCHDB_URL;
  if (given) return useGiven(new URL(given));
  if (canStartNodes) {
    const node = await startCouchDB();
    return { server: node, kind: "real", close: node.close };
  }
  const { startEmbedded } = await import("./embedded.js");
  const embedded = await startEmbedded();
  return { server: embedded, kind: "embedded", close: embedded.close };
}

/** Before `_versions`, which came with 3.2, there was only SpiderMonkey. */
async function engineOf(server: Addressed, kind: ServerKind): Promise<ServerFacts["engine"]> {
  if (kind === "embedded") return "quickjs";
  const { body } = await request(server, "GET", "/_node/_local/_versions");
  return body?.javascript_engine?.name === "quickjs" ? "quickjs" : "spidermonkey";
}

async function useGiven(url: URL): Promise<Chosen> {
  const admin: Login = {
    name: decodeURIComponent(url.username) || (process.env.COUCHDB_USERNAME ?? ""),
    password: decodeURIComponent(url.password) || (process.env.COUCHDB_PASSWORD ?? ""),
  };
  const server = { url: url.origin + url.pathname.replace(/\/$/, ""), admin };
  const { body } = await request(server, "GET", "/_session");
  if (!body?.userCtx?.roles?.includes("_admin")) {
    throw new Error(
      "COUCHDB_URL: the tests need a server admin there, in the URL or in COUCHDB_USERNAME and COUCHDB_PASSWORD",
    );
  }
  return { server, kind: "given", close: () => removeDatabases(prefix, server) };
}

function said({ kind, version, url }: ServerFacts): string {
  if (kind === "given") return `the CouchDB ${version} at COUCHDB_URL (${url})`;
  if (kind === "real") return `a throwaway CouchDB ${version} from ${couchHome} (${url})`;
  return `the embedded server (${url})`;
}

function leftOut(kind: ServerKind): readonly string[] {
  return [
    ...(kind === "embedded" ? ["what only a CouchDB can show; set COUCHDB_URL or COUCHDB_HOME"] : []),
    ...(canStartNodes ? [] : ["tests that start nodes and clusters of their own; set COUCHDB_HOME"]),
  ];
}
