/**
 * A server that has every field of every step: its import gives valid files, which change nothing on it and create the
 * same on an empty server.
 */
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { fieldRules } from "../../../src/design-doc-rules/fields.js";
import { apply, type ImportResult, importServer, loadMigrations, plan } from "../../../src/index.js";
import { kinds } from "../../../src/kinds/index.js";
import { isObject } from "../../../src/text/json.js";
import { type Addressed, must } from "../../support/request.js";
import { canStartNodes, startCouchDB, startEmbedded } from "../../support/servers.js";
import { makeFolder, removeFolder, writeFiles } from "../../support/temp.js";
import { treeOf } from "../trees.js";
import { type Abilities, byHand, fill } from "./content.js";
import { designDocs } from "./design-docs.js";
import { fieldsOf, usedFields } from "./fields.js";
import { replicationEnv } from "./replications.js";
import { outline, snapshot } from "./snapshot.js";

interface Own extends Addressed {
  close(): Promise<unknown>;
}

it("has every type of every field that CouchDB checks in a design document", () => {
  const docs = Object.values(designDocs({ isFrom: () => true, runsErlang: true }));
  const found = fieldRules.map(([keys]) => [keys, ...typesAt(docs, keys)].flat());
  expect(found).toEqual(fieldRules.map(([keys, ...types]) => [...keys, ...types.toSorted()]));
});

/** Kinds that `import` does not write, and why. */
const notWritten: Readonly<Record<string, string>> = {
  ensureCluster: "the next server has other nodes",
  ensureAdmin: "CouchDB stores only hashes",
  ensureConfig: "values that were set can't be told from defaults",
  ensureDocuments: "documents are data",
  transformDocuments: "it ran once",
};

/** Fields that `import` does not write, and why. */
const without: Readonly<Record<string, readonly string[]>> = {
  "an order, not a state": ["ensureDatabase.reshard"],
  "on one node, it is always the default (cluster.test.ts)": ["ensureDatabase.n"],
  "each database has its own file": ["ensureSecurity", "ensureDesignDocs", "ensureIndexes"].flatMap((kind) => [
    `${kind}.database (array)`,
    `${kind}.database[]`,
  ]),
  "the functions are in files": ["docs", "docs.<name>", "ignore", "ignore[]"].map((name) => `ensureDesignDocs.${name}`),
  "the indexes are in the file": ["from (string)", "from (array)", "from[]"].map((name) => `ensureIndexes.${name}`),
  "decisions of who deploys": [
    "ensureDesignDocs.deploy",
    "ensureDesignDocs.keepPrevious",
    "ensureDesignDocs.mayBeEmpty",
    "ensureDesignDocs.mayBeEmpty[]",
    "ensureIndexes.deploy",
  ],
  "the design documents of text indexes are imported": ["ensureIndexes.indexes.<name>.type"],
  "CouchDB stores only hashes": ["ensureUser.password"],
};

const couch = { title: "CouchDB", start: (): Promise<Own> => startCouchDB(runsErlang) };
const embedded = { title: "the embedded server", start: (): Promise<Own> => startEmbedded() };
const runsErlang = { ini: { native_query_servers: { enable_erlang_query_server: true } } };

const env = {
  ...replicationEnv,
  CEREBRATE_PASSWORD: "cerebrate-secret",
  HMAC_KEY: "a2V5LXNlY3JldA==",
};
const passwords = {
  KERRIGAN_PASSWORD: "sarah",
  NO_PASSWORD: "no",
  TWO_PASSWORD: "two",
  WITHOUT_A_PASSWORD_PASSWORD: "some",
};

describe.each(canStartNodes ? [couch, embedded] : [embedded])("every field, on $title", ({ title, start }) => {
  let first: Own;
  let second: Own;
  let folder: string;
  let out: string;
  let result: ImportResult;
  let before: unknown;

  const of = ({ url, admin }: Own) => ({ connection: { url, username: admin.name, password: admin.password } });
  /** The imported files and those written by hand, with these changes of a file's text. */
  const load = async (name: string, changed: (text: string) => string = (text) => text) => {
    const all = join(folder, name);
    await cp(out, all, { recursive: true });
    await cp(join(folder, "by-hand"), all, { recursive: true });
    const users = join(all, "800-users.yaml");
    await writeFile(users, changed(await readFile(users, "utf8")));
    return loadMigrations(all, { env: { ...env, ...passwords } });
  };

  beforeAll(async () => {
    [first, second] = await Promise.all([start(), start()]);
    folder = await makeFolder();
    out = join(folder, "first");
    const { version } = await must(first, "GET", "/");
    const abilities: Abilities = {
      isFrom: (from) => Number(version.split(".", 2).join(".")) >= Number(from),
      runsErlang: title === "CouchDB",
    };
    const own = join(folder, "by-hand");
    await writeFiles(own, { "000-by-hand.yaml": byHand(abilities) });
    await apply(await loadMigrations(own, { env }), of(first));
    await must(first, "DELETE", "/couchdb-migrate");
    await fill(first, abilities);
    before = await snapshot(first);
    result = await importServer({ ...of(first), out });
  });
  afterAll(async () => {
    await Promise.all([first?.close(), second?.close(), removeFolder(folder)]);
  });

  it("has every field of every step that import writes", async () => {
    const used = new Set<string>();
    for (const [path, text] of Object.entries(await treeOf(out))) {
      if (!/^[^/]+\.yaml$/.test(path)) continue;
      for (const step of parse(text)) {
        for (const { name, schema } of kinds) if (name in step) add(used, name, usedFields(schema, step[name]));
      }
    }
    const ensuring = kinds.filter(({ name }) => !name.startsWith("remove") && !(name in notWritten));
    const all = ensuring.flatMap(({ name, schema }) => fieldsOf(schema).map((path) => `${name}.${path}`));
    expect(all.filter((path) => !used.has(path)).sort()).toEqual(Object.values(without).flat().sort());
  });

  it("says what was left out", () => {
    expect(result.leftOut.map(({ subject }) => subject)).toEqual([
      "other fields of _security of left-out",
      "_design/broken of left-out",
      "attachments of _design/site of left-out",
      "limits of _users",
      "limits of _replicator",
      "the passwords of 4 users",
      "fields of user two",
      "other fields of replication noted",
      "admins (admin, cerebrate)",
      "documents",
      "configuration",
    ]);
  });

  it("is not changed by its own files: the plan is empty, and apply only records", async () => {
    const migrations = await load("for-first");
    const planned = await plan(migrations, of(first));
    const differing = planned.steps.filter(({ action }) => action !== "adopt");
    expect(differing.map(({ id, action, changes }) => ({ id, action, changes }))).toEqual([]);
    expect(planned.changes).toBe(0);
    expect(await apply(migrations, of(first))).toMatchObject({ failures: [], applied: [] });
    expect(await apply(migrations, { ...of(first), verify: true })).toMatchObject({ failures: [] });
    expect(await snapshot(first)).toEqual(before);
  });

  it("gives the same files again", async () => {
    await importServer({ ...of(first), out: join(folder, "again") });
    expect(await treeOf(join(folder, "again"))).toEqual(await treeOf(out));
  });

  it("is created on an empty server, which gives the same files", async () => {
    const migrations = await load("for-second", (text) => text.replaceAll("# password:", "password:"));
    expect(await apply(migrations, of(second))).toMatchObject({ failures: [] });
    await importServer({ ...of(second), out: join(folder, "second") });
    const [there, here] = await Promise.all([treeOf(join(folder, "second")), treeOf(out)]);
    // `mode: merge` leaves the other fields of `_security` as they are, and there are none on the new server.
    delete there["100-left-out.yaml"];
    delete here["100-left-out.yaml"];
    expect(there).toEqual(here);
    const [created, original] = await Promise.all([outline(second), outline(first)]);
    expect({ ...created, "left-out": null }).toEqual({ ...original, "left-out": null });
  });
});

function add(used: Set<string>, kind: string, paths: readonly string[]): void {
  for (const path of paths) used.add(`${kind}.${path}`);
}

function typesAt(values: readonly unknown[], [key, ...rest]: readonly string[]): string[] {
  if (key !== undefined) {
    const below = values.filter(isObject).flatMap((value) => (key === "*" ? Object.values(value) : [value[key]]));
    return typesAt(below, rest);
  }
  const types = values
    .filter((value) => value !== undefined)
    .map((value) => (Array.isArray(value) ? "array" : typeof value));
  return [...new Set(types)].sort();
}
