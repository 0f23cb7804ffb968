/**
 * The spec types, which the kinds declare by hand, match their schemas. Each row has every field of a
 * kind: the compiler checks it against the type, and the test against the schema.
 */
import { expect, test } from "vitest";
import type { ensureAdmin } from "../../src/kinds/ensure-admin.js";
import type { ensureCluster } from "../../src/kinds/ensure-cluster.js";
import type { ensureConfig } from "../../src/kinds/ensure-config.js";
import type { ensureDatabase } from "../../src/kinds/ensure-database.js";
import type { ensureDesignDocs } from "../../src/kinds/ensure-design-docs.js";
import type { ensureDocuments } from "../../src/kinds/ensure-documents.js";
import type { ensureIndexes } from "../../src/kinds/ensure-indexes.js";
import type { ensureReplication } from "../../src/kinds/ensure-replication.js";
import type { ensureSecurity } from "../../src/kinds/ensure-security.js";
import type { ensureUser } from "../../src/kinds/ensure-user.js";
import { kinds } from "../../src/kinds/index.js";
import type { removeAdmin } from "../../src/kinds/remove-admin.js";
import type { removeConfig } from "../../src/kinds/remove-config.js";
import type { removeDatabase } from "../../src/kinds/remove-database.js";
import type { removeDesignDocs } from "../../src/kinds/remove-design-docs.js";
import type { removeDocuments } from "../../src/kinds/remove-documents.js";
import type { removeIndexes } from "../../src/kinds/remove-indexes.js";
import type { removeReplication } from "../../src/kinds/remove-replication.js";
import type { removeUser } from "../../src/kinds/remove-user.js";
import type { transformDocuments } from "../../src/kinds/transform-documents.js";
import { validatorOf } from "../../src/migrations/validators.js";
import type { StepKind } from "../../src/steps/kind.js";

/** With every field, and each key of the type. */
type Full<Kind> =
  Kind extends StepKind<infer Spec, infer _Desired, infer _Observed, infer _Write> ? Required<Spec> : never;

const full: Readonly<Record<string, object>> = {
  ensureCluster: { nodes: ["couchdb@a"], size: 1, globalChanges: true } satisfies Full<typeof ensureCluster>,
  ensureAdmin: { name: "kerrigan", password: "hunter2" } satisfies Full<typeof ensureAdmin>,
  ensureConfig: { log: { level: "info" } } satisfies Full<typeof ensureConfig>,
  ensureDatabase: {
    name: "zerglings",
    partitioned: true,
    q: 2,
    n: 3,
    reshard: true,
    revsLimit: 50,
    purgedInfosLimit: 100,
  } satisfies Full<typeof ensureDatabase>,
  ensureSecurity: {
    database: ["zerglings"],
    admins: { names: ["a"], roles: [] },
    members: { roles: ["b"] },
    mode: "merge",
  } satisfies Full<typeof ensureSecurity>,
  ensureDesignDocs: {
    database: "zerglings",
    from: ["design"],
    ignore: ["*.md"],
    docs: { all: {} },
    deploy: "staged",
    keepPrevious: true,
    mayBeEmpty: ["all"],
  } satisfies Full<typeof ensureDesignDocs>,
  ensureIndexes: {
    database: "zerglings",
    from: "../indexes",
    indexes: { "by-name": { index: { fields: ["name"] } } },
    deploy: "staged",
  } satisfies Full<typeof ensureIndexes>,
  ensureUser: { name: "a", password: "b", roles: ["c"], fields: { d: 1 } } satisfies Full<typeof ensureUser>,
  ensureReplication: {
    id: "a",
    database: "b/_replicator",
    source: { url: "http://127.0.0.1:5984/zerglings" },
    target: "http://127.0.0.1:5984/drones",
  } satisfies Full<typeof ensureReplication>,
  ensureDocuments: {
    database: "zerglings",
    from: "a.json",
    docs: [{ _id: "a" }],
    mode: "overwrite",
  } satisfies Full<typeof ensureDocuments>,
  transformDocuments: {
    database: "zerglings",
    selector: { type: "drone" },
    rename: { "/a": "/b" },
    unset: ["/c"],
    set: { "/d": 1 },
    script: "a.js",
    conflicts: "leave",
  } satisfies Full<typeof transformDocuments>,
  removeDatabase: { name: "zerglings" } satisfies Full<typeof removeDatabase>,
  removeDesignDocs: { database: "zerglings", names: ["a"] } satisfies Full<typeof removeDesignDocs>,
  removeIndexes: {
    database: "zerglings",
    indexes: ["a", { name: "b", ddoc: "c" }],
  } satisfies Full<typeof removeIndexes>,
  removeDocuments: { database: "zerglings", ids: ["a"] } satisfies Full<typeof removeDocuments>,
  removeUser: { name: "a" } satisfies Full<typeof removeUser>,
  removeAdmin: { name: "a" } satisfies Full<typeof removeAdmin>,
  removeReplication: { id: "a", database: "b/_replicator" } satisfies Full<typeof removeReplication>,
  removeConfig: { log: ["level"] } satisfies Full<typeof removeConfig>,
};

/** Their types leave fields open. */
const open: ReadonlySet<string> = new Set(["ensureConfig", "ensureReplication", "removeConfig"]);

test.each(kinds)("$name: the type of its spec matches its schema", async (kind) => {
  const spec = structuredClone(full[kind.name]) ?? {};
  const validate = await validatorOf(kind);
  expect([validate(spec), validate.errors ?? []]).toEqual([true, []]);
  const named = Object.keys(kind.schema.properties ?? {});
  if (!open.has(kind.name)) expect(Object.keys(full[kind.name] ?? {}).sort()).toEqual(named.sort());
});
