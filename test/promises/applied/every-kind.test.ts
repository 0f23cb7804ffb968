/**
 * "Applied" is true on the server, for every step kind: the first conformance case of each kind, behind a proxy that
 * answers its writes with success, and does nothing, or something else. A kind that is missing here fails.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apply, plan } from "../../../src/index.js";
import { kinds } from "../../../src/kinds/index.js";
import type { Case, Place } from "../../conformance/case.js";
import { openScene, type Scene } from "../../conformance/scene.js";
import type { Recorded } from "../../support/proxy.js";
import { canStartNodes, type Server, server, startCouchDB, startEmbedded } from "../../support/servers.js";

interface Row {
  /** `answer`: `fast.provenByApply` of the kind. */
  readonly proof: "answer" | "look";
  /** Default: `not-applied`. */
  readonly code?: string;
  /** What the failure names. Default: the case's name, which databases, users and sections have. */
  readonly names?: string;
  /** The proxy passes this on instead of a body; absent: no other body is possible. */
  readonly other?: (body: unknown) => unknown;
  /** Only these writes; default: all but those of ledger and lease. */
  readonly only?: RegExp;
  /** Whether it changes what all tests share. */
  readonly ownServer?: true;
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of requests
type Json = any;

/** Without its last field. */
function poorer(doc: Json): Json {
  const last = Object.keys(doc).findLast((key) => !key.startsWith("_") && key !== "couchdb-migrate");
  return Object.fromEntries(Object.entries(doc).filter(([key]) => key !== last));
}

/** In that case, the answer names another document. */
const renamed = (body: Json) => ({ ...body, docs: body.docs?.map((doc: Json) => ({ ...doc, _id: `${doc._id}-x` })) });
const otherIndex = (body: Json) => ({ ...body, index: { fields: ["something-else"] } });

const rows: Readonly<Record<string, Row>> = {
  ensureAdmin: { proof: "look", other: (hash) => String(hash).replace(/.$/, "0x") },
  ensureCluster: { proof: "look", names: "_global_changes", ownServer: true },
  ensureConfig: { proof: "look", other: (value) => `${value}x` },
  ensureDatabase: { proof: "answer" },
  ensureDesignDocs: {
    proof: "answer",
    other: (body: Json) => (body.docs ? { docs: body.docs.map(poorer) } : poorer(body)),
  },
  ensureDocuments: { proof: "answer", other: renamed },
  ensureIndexes: { proof: "answer", other: otherIndex },
  ensureReplication: { proof: "look", other: poorer },
  ensureSecurity: { proof: "look", other: poorer },
  ensureUser: { proof: "look", other: (doc: Json) => ({ ...doc, email: "overmind@example.com" }) },
  removeAdmin: { proof: "answer" },
  removeConfig: { proof: "answer" },
  removeDatabase: { proof: "look" },
  removeDesignDocs: { proof: "answer" },
  removeDocuments: { proof: "answer" },
  // CouchDB's answer to a user without the permission.
  removeIndexes: { proof: "answer", code: "missing-permission" },
  removeReplication: { proof: "answer" },
  removeUser: { proof: "answer" },
  transformDocuments: { proof: "answer", only: /_bulk_docs$/, other: renamed },
};

/** The proxy's answer to a request that it ignores: CouchDB's answer, if that names nothing. */
const answers: readonly (readonly [(request: Recorded) => boolean, number, unknown])[] = [
  [({ path }) => path.includes("/_config/"), 200, '""'],
  [({ path }) => path.endsWith("/_bulk_docs"), 201, []],
  [({ method }) => method === "PUT", 201, { ok: true }],
  [() => true, 200, { ok: true }],
];

async function caseOf(name: string): Promise<Case> {
  const file = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const { cases } = await import(new URL(`../../conformance/cases/${file}.ts`, import.meta.url).href);
  return cases[0];
}

let own: (Server & { close(): Promise<void> }) | undefined;
beforeAll(async () => {
  const started = server().kind !== "embedded" && canStartNodes ? await startCouchDB() : await startEmbedded();
  own = { ...server(), url: started.url, admin: started.admin, close: () => started.close() };
});
afterAll(() => own?.close());

it.each(kinds.map(({ name, fast }) => ({ name, proof: fast?.provenByApply ? "answer" : "look" })))(
  "$name is in the table with its proof",
  ({ name, proof }) => {
    expect(rows[name]?.proof).toBe(proof);
  },
);

const all = kinds.map(({ name }) => name);
const changed = all.filter((name) => rows[name]?.other);

describe("writes that are accepted and ignored", () => {
  it.concurrent.each(all)("%s fails, and names what it could not do", (name) =>
    expectFailure(name, ({ proxy }, isOurs) => {
      for (const [matches, status, body] of answers)
        proxy.faultWhen((one) => isOurs(one) && matches(one), { status, body }, Number.POSITIVE_INFINITY);
    }),
  );
});

describe("writes that are accepted and changed", () => {
  it.concurrent.each(changed)("%s fails, and names what it could not do", (name) =>
    expectFailure(name, ({ proxy }, isOurs) => {
      const sends = rows[name]?.other ?? ((body: unknown) => body);
      proxy.faultWhen(isOurs, { sends }, Number.POSITIVE_INFINITY);
    }),
  );
});

type Breaks = (scene: Scene, isOurs: (request: Recorded) => boolean) => void;

async function expectFailure(name: string, breaks: Breaks): Promise<void> {
  const row = rows[name];
  const kind = kinds.find((one) => one.name === name);
  if (!row || !kind) throw new Error(`no row for ${name}`);
  const scene = await openScene(kind, await caseOf(name), row.ownServer ? own : server());
  const { migrations, options, place, proxy } = scene;
  try {
    const isMeant = ({ path }: Recorded) => row.only?.test(path) ?? true;
    breaks(scene, (request) => isMeant(request) && scene.writesBesideLedger().includes(request));
    const result = await apply(migrations, options);
    expect(result).toMatchObject({
      result: "failed",
      applied: [],
      adopted: [],
      failures: [{ code: row.code ?? "not-applied", message: expect.stringContaining(nameIn(row, place)) }],
    });
    proxy.reset();
    expect((await plan(migrations, options)).steps.map(({ state }) => state)).not.toContain("applied");
  } finally {
    await scene.close();
  }
}

function nameIn(row: Row, { name }: Place): string {
  return row.names ?? name;
}
