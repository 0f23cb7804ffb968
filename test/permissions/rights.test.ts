/**
 * docs/permissions.md is true: each row of its table, tried on a CouchDB by a user with the permission, and by one with
 * the next lower one. The page is generated from the same table; a row without a case here does not compile.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { commandRights, kindRights, type Right } from "../../src/doctor/rights.js";
import * as library from "../../src/index.js";
import { main } from "../../src/main.js";
import { root } from "../support/cli.js";
import { must } from "../support/request.js";
import { type CouchNode, onNodes, startCouchDB } from "../support/servers.js";
import { makeFolder, removeFolder, writeFiles } from "../support/temp.js";

/**
 * Their password is `door`. `anyone` is not named anywhere; `outsider` is not even a member of the ledger's database.
 */
const users = ["outsider", "anyone", "member", "owner", "replicator"] as const;
type User = (typeof users)[number] | "root" | "nobody";

interface Try {
  readonly as: User;
  readonly line: string;
  /** Default 0. */
  readonly code?: number;
  /** In stdout or stderr. */
  readonly says?: string;
}

interface Case {
  readonly works: Try;
  readonly less: Try;
}

const onLedger = "--ledger-database ledger";
const refused = { code: 4, says: "missing-permission" } as const;
const unread = { code: 1, says: "cannot read" } as const;

const commands: Readonly<Record<keyof typeof commandRights, Case | readonly Case[]>> = {
  offline: {
    works: { as: "nobody", line: "validate ./docs" },
    less: { as: "nobody", line: "plan ./fresh --sandbox" },
  },
  wait: {
    works: { as: "outsider", line: "wait" },
    less: { as: "nobody", line: "wait", code: 4, says: "unauthorized" },
  },
  doctor: {
    works: { as: "outsider", line: "doctor ./docs", says: "To see this, run doctor as a server admin" },
    less: { as: "nobody", line: "doctor ./docs", code: 4, says: "unauthorized" },
  },
  plan: {
    works: { as: "member", line: `plan ./docs ${onLedger}`, says: "+ document" },
    less: { as: "anyone", line: `plan ./docs ${onLedger}`, ...unread },
  },
  planLedger: {
    works: { as: "member", line: `plan ./docs ${onLedger}` },
    less: { as: "outsider", line: `plan ./fresh ${onLedger}`, says: "the ledger can't be read" },
  },
  planServer: {
    works: { as: "root", line: `plan ./config ${onLedger}` },
    less: { as: "owner", line: `plan ./config ${onLedger}`, ...unread },
  },
  patterns: {
    works: { as: "root", line: `plan ./pattern ${onLedger}` },
    less: { as: "owner", line: `plan ./pattern ${onLedger}`, ...refused },
  },
  status: {
    works: { as: "member", line: `status ./docs ${onLedger}` },
    less: { as: "outsider", line: `status ./docs ${onLedger}`, ...refused },
  },
  // In this order: the applied step is accepted, and then forgotten.
  apply: ["apply ./docs", "ledger accept docs ./docs", "ledger release 7", "ledger forget docs", "unlock"].map(
    (line) => ({
      works: { as: "member", line: `${line} --set team ${onLedger}` },
      less: { as: "outsider", line: `${line} --set team ${onLedger}`, ...refused },
    }),
  ),
  applyOwnLedger: {
    works: { as: "root", line: "apply ./docs --set own" },
    less: { as: "owner", line: "apply ./docs --set other", ...refused },
  },
  stage: ["stage ./ahead", "stage --abort"].map((line) => ({
    works: { as: "owner", line: `${line} --set ahead ${onLedger}` },
    less: { as: "member", line: `${line} --set ahead ${onLedger}`, ...refused },
  })),
  test: {
    works: { as: "root", line: "test ./tested --url URL", says: "2 passed" },
    less: { as: "owner", line: "test ./tested --url URL", ...refused },
  },
  reset: {
    works: { as: "root", line: "reset ./docs --yes --set reset" },
    less: { as: "owner", line: "reset ./docs --yes --set reset", ...refused },
  },
  import: {
    works: { as: "root", line: "import --out ./imported" },
    less: { as: "owner", line: "import --out ./imported-too", ...refused },
  },
};

/** The users with the permission, and with the next lower one. */
const holders: Readonly<Record<Exclude<Right, "nothing" | "login">, readonly [User, User]>> = {
  member: ["member", "anyone"],
  "database admin": ["owner", "member"],
  "server admin": ["root", "owner"],
};
type Kind = keyof typeof kindRights;
const replicating: Partial<Record<Kind, readonly [User, User]>> = { ensureReplication: ["replicator", "owner"] };

/** In this order: a step that removes something finds what an earlier one has created. */
const steps: Readonly<Record<Kind, string>> = {
  ensureCluster: "{}",
  ensureAdmin: "{ name: kerrigan, password: cerebrate }",
  ensureConfig: "{ cm: { one: value } }",
  ensureDatabase: "{ name: hatchery }",
  ensureSecurity: "{ database: db, mode: merge, members: { roles: [zerg] } }",
  ensureDesignDocs:
    '{ database: db, docs: { brood: { views: { all: { map: "function (doc) { emit(doc._id); }" } } } } }',
  ensureIndexes: "{ database: db, indexes: { age: { index: { fields: [age] } } } }",
  ensureUser: "{ name: zergling, password: cerebrate }",
  ensureReplication: "{ id: link, source: http://127.0.0.1:1/a, target: http://127.0.0.1:1/b }",
  ensureDocuments: "{ database: db, docs: [{ _id: drone }] }",
  transformDocuments: "{ database: db, set: { /legs: 6 } }",
  removeDatabase: "{ name: hatchery, allowDestroy: true }",
  removeDesignDocs: "{ database: db, names: [brood], allowDestroy: true }",
  removeIndexes: "{ database: db, indexes: [age], allowDestroy: true }",
  removeDocuments: "{ database: db, ids: [drone], allowDestroy: true }",
  removeUser: "{ name: zergling, allowDestroy: true }",
  removeAdmin: "{ name: kerrigan, allowDestroy: true }",
  removeReplication: "{ id: link, allowDestroy: true }",
  removeConfig: "{ cm: [one], allowDestroy: true }",
};

it("docs/permissions.md has every row", async () => {
  const page = await readFile(join(root, "docs/permissions.md"), "utf8");
  for (const { what } of Object.values(commandRights)) expect(page).toContain(`| ${what} |`);
  for (const [kind, { needs }] of Object.entries(kindRights)) expect(page).toContain(`| \`${kind}\` | ${needs} |`);
});

// One after another: a later row removes what an earlier one creates.
onNodes("on a CouchDB of its own", () => {
  let node: CouchNode;
  let cwd: string;

  beforeAll(async () => {
    // Each login derives a key.
    node = await startCouchDB({ ini: { chttpd_auth: { iterations: 1 }, couch_httpd_auth: { iterations: 1 } } });
    const admins = { names: [], roles: ["_admin"] };
    const named = (...names: string[]) => ({ names, roles: ["_admin"] });
    for (const name of users) {
      const body = { name, password: "door", roles: [], type: "user" };
      await must(node, "PUT", `/_users/org.couchdb.user:${name}`, { body });
    }
    for (const database of ["db", "ledger", "big"]) await must(node, "PUT", `/${database}`);
    const docs = Array.from({ length: 1_001 }, () => ({}));
    await must(node, "POST", "/big/_bulk_docs", { body: { docs } });
    const secure = (database: string, body: unknown) => must(node, "PUT", `/${database}/_security`, { body });
    for (const database of ["db", "big"]) await secure(database, { admins: named("owner"), members: named("member") });
    await secure("ledger", { admins, members: named("anyone", "member", "owner", "replicator") });
    await secure("_replicator", { admins: named("replicator"), members: admins });
    cwd = await makeFolder();
    await writeFiles(cwd, {
      "docs/001.yaml": "- { id: docs, ensureDocuments: { database: db, docs: [{ _id: larva }] } }\n",
      "fresh/001.yaml": "- { id: fresh, ensureDatabase: { name: fresh } }\n",
      "tested/001.yaml": "- { id: tested, ensureDatabase: { name: tested } }\n",
      "tested/tested.test.yaml":
        "{ database: tested, tests: [{ name: a, as: { name: ada }, write: { _id: a }, error: forbidden }] }\n",
      "config/001.yaml": "- { id: config, ensureConfig: { cm: { two: value } } }\n",
      "ahead/001.yaml":
        "- { id: age, ensureIndexes: { database: big, indexes: { age: { index: { fields: [age] } } } } }\n",
      "pattern/001.yaml": '- { id: all, ensureDocuments: { database: "d*", docs: [{ _id: larva }] } }\n',
      ...Object.fromEntries(
        Object.entries(steps).map(([kind, spec]) => [`${kind}/001.yaml`, `- { id: step, ${kind}: ${spec} }\n`]),
      ),
    });
  });
  afterAll(async () => {
    await node?.close();
    await removeFolder(cwd);
  });

  /** In this process: more than fifty separate ones would take a minute. */
  async function run(as: User, line: string): Promise<{ code: number; stdout: string; stderr: string }> {
    const [name, password] = as === "root" ? [node.admin.name, node.admin.password] : [as, "door"];
    const login = as === "nobody" ? {} : { COUCHDB_USERNAME: name, COUCHDB_PASSWORD: password };
    const texts = { stdout: [] as string[], stderr: [] as string[] };
    const stream = (one: keyof typeof texts) => ({ write: (text: string) => void texts[one].push(text) });
    const code = await main(
      line.split(" ").map((word) => (word.startsWith("./") ? join(cwd, word) : word.replace(/^URL$/, node.url))),
      {
        env: { COUCHDB_URL: node.url, ...login, COUCHDB_MIGRATE_TERMINATION_LOG: "none" },
        stdout: stream("stdout"),
        stderr: stream("stderr"),
        signal: new AbortController().signal,
        engine: async () => library,
      },
    );
    return { code, stdout: texts.stdout.join(""), stderr: texts.stderr.join("") };
  }

  async function attempt({ as, line, code = 0, says = "" }: Try): Promise<void> {
    const { stdout, stderr, ...result } = await run(as, line);
    expect(result.code, `${line}, as ${as}:\n${stdout}${stderr}`).toBe(code);
    expect(stdout + stderr, `${line}, as ${as}`).toContain(says);
  }

  it.each(Object.keys(commands) as (keyof typeof commands)[])("the row %s", async (id) => {
    // Before 3.0, everybody may list databases.
    const isOpen = id === "patterns" && (await version()).startsWith("2.");
    for (const { works, less } of [commands[id]].flat()) {
      await attempt(isOpen ? { as: less.as, line: less.line } : less);
      await attempt(works);
    }
  });

  it.each(Object.keys(steps) as Kind[])("the row %s", async (kind) => {
    const needs = kindRights[kind].needs;
    const [able, unable] = replicating[kind] ?? holders[needs];
    const less = await run(unable, `apply ./${kind} --set lacking-${kind} ${onLedger}`);
    // Before 3.0, everybody may write replications, but not without their own name.
    const isOlder = kind === "ensureReplication" && (await version()).startsWith("2.");
    expect([less.code, isOlder ? "missing-permission" : less.stderr], less.stdout + less.stderr).toEqual([
      isOlder ? 1 : 4,
      expect.stringContaining("missing-permission"),
    ]);
    const { code, stdout, stderr } = await run(able, `apply ./${kind} --set set-${kind} ${onLedger} --format json`);
    expect(code, stdout + stderr).toBe(0);
    const result = JSON.parse(stdout);
    expect([...result.applied, ...result.adopted]).toEqual(["step"]);
    if (kind !== "ensureCluster") expect(result.adopted, stdout).toEqual([]);
  });

  async function version(): Promise<string> {
    return (await must(node, "GET", "/")).version;
  }
});
