/**
 * A migration set in which every step kind has something to write, and what the server needs for that. A kind
 * that is not in it fails `kindsLeftOut`.
 */
import { generateKeyPairSync } from "node:crypto";
import { kinds } from "../../src/kinds/index.js";
import { type Addressed, type Login, must, request } from "../support/request.js";

export const admin: Login = { name: "cerebrate", password: " a✓ — long enough " };
export const user: Login = { name: "kerrigan", password: "queen-of-blades" };

export const env = {
  CEREBRATE_PASSWORD: admin.password,
  KERRIGAN_PASSWORD: user.password,
  LINK_PASSWORD: "psi-link-17",
  NYDUS_KEY: generateKeyPairSync("rsa", { modulusLength: 2048 })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString(),
};

const view = (body: string) => `function (doc) { ${body} }`;

/** Changes that must not be made twice. */
const oneTime = {
  "004-once.yaml": `
- id: grow
  transformDocuments: { database: old, selector: { type: creature }, script: grow.mjs }
`,
  "grow.mjs": "export default (doc) => ({ ...doc, legs: (doc.legs ?? 0) + 1 });\n",
};

/** Several steps on one database, several databases, server-wide ones before and after them. */
export const files: Readonly<Record<string, string>> = {
  "notes.txt": "the swarm hungers ".repeat(500),
  "indexes/by-type.json": '{"index": {"fields": ["type"]}, "ddoc": "by-type", "name": "by-type", "type": "json"}',
  "indexes/zerg.json":
    '{"index": {"fields": [], "partial_filter_selector": {"type": "zerg"}}, "ddoc": "zerg", "name": "zerg", "type": "json"}',
  "001-server.yaml": `
- id: cluster
  ensureCluster: { size: 1 }
- id: admin
  ensureAdmin: { name: ${admin.name}, password: "\${CEREBRATE_PASSWORD}" }
- id: config
  ensureConfig: { cm_matrix: { evolution: "3" }, chttpd_auth: { timeout: 1200 }, jwt_keys: { "rsa:nydus=1": "\${NYDUS_KEY}" } }
- id: user
  ensureUser: { name: ${user.name}, password: "\${KERRIGAN_PASSWORD}", roles: [zerg], fields: { email: kerrigan@example.com } }
- id: replication
  ensureReplication:
    id: link
    source: { url: "http://127.0.0.1:1/brood", auth: { basic: { username: zerg, password: "\${LINK_PASSWORD}" } } }
    target: http://127.0.0.1:1/brood-there
    user_ctx: { name: ${user.name}, roles: [zerg] }
    continuous: true
`,
  "002-databases.yaml": `
- id: brood
  ensureDatabase: { name: brood, revsLimit: 50 }
- id: swarm
  ensureDatabase: { name: swarm, partitioned: true }
- id: brood-security
  ensureSecurity: { database: brood, admins: { roles: [overmind] }, members: { roles: [zerg] } }
- id: brood-documents
  ensureDocuments:
    database: brood
    docs:
      - { _id: zasz, type: cerebrate }
      - { _id: daggoth, type: cerebrate, _attachments: { notes.txt: { from: notes.txt }, photo.jpg: { from: notes.txt } } }
- id: swarm-documents
  ensureDocuments: { database: swarm, mode: overwrite, docs: [{ _id: "tiamat:1", n: 1 }] }
- id: brood-views
  ensureDesignDocs:
    database: brood
    docs: { creatures: { views: { by_type: { map: "${view("emit(doc.type);")}" } } } }
- id: hive-views
  ensureDesignDocs:
    database: hive
    docs: { creatures: { views: { by_type: { map: "${view("emit(doc.type, 1);")}" } } } }
- id: brood-indexes
  ensureIndexes: { database: brood, from: indexes }
- id: hive-indexes
  ensureIndexes: { database: hive, indexes: { by-owner: { index: { fields: [owner, born] } } } }
`,
  "003-removals.yaml": `
- id: no-documents
  removeDocuments: { database: old, ids: [first, second], allowDestroy: true }
- id: no-views
  removeDesignDocs: { database: old, names: [views], allowDestroy: true }
- id: no-indexes
  removeIndexes: { database: old, indexes: [by-owner], allowDestroy: true }
- id: no-database
  removeDatabase: { name: doomed, allowDestroy: true }
- id: no-user
  removeUser: { name: deserter, allowDestroy: true }
- id: no-replication
  removeReplication: { id: broken-link, allowDestroy: true }
- id: no-config
  removeConfig: { cm_matrix_old: [larvae], allowDestroy: true }
- id: no-admin
  removeAdmin: { name: traitor, allowDestroy: true }
`,
  ...(kinds.some(({ name }) => name === "transformDocuments") ? oneTime : {}),
};

export function kindsLeftOut(used: Iterable<string>): string[] {
  const inSet = new Set(used);
  return kinds.map(({ name }) => name).filter((name) => !inSet.has(name));
}

const local = "/_node/_local/_config";
const unusable = `-pbkdf2-${"0".repeat(40)},5a17,10`;

/**
 * Restores the server to its state before the first run, including what the set removes. On a
 * busy machine, CouchDB itself may give up halfway; then it starts again.
 */
export async function prepare(server: Addressed): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await prepareOnce(server);
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

async function prepareOnce(server: Addressed): Promise<void> {
  const all: string[] = await must(server, "GET", "/_all_dbs");
  const gone = all.filter((name) => !name.startsWith("_") || name === "_global_changes");
  await Promise.all(gone.map((name) => request(server, "DELETE", `/${name}`)));
  for (const at of [`admins/${admin.name}`, "cm_matrix/evolution", "chttpd_auth/timeout", "jwt_keys/rsa:nydus%3D1"])
    await request(server, "DELETE", `${local}/${at}`);
  await removeDocument(server, `/_users/org.couchdb.user:${user.name}`);
  await removeDocument(server, "/_replicator/link");

  await must(server, "PUT", `${local}/admins/traitor`, { body: unusable });
  await must(server, "PUT", `${local}/cm_matrix_old/larvae`, { body: "7" });
  await putDocument(server, "/_users/org.couchdb.user:deserter", { name: "deserter", type: "user", roles: [] });
  await putDocument(server, "/_replicator/broken-link", {
    source: "http://127.0.0.1:1/a",
    target: "http://127.0.0.1:1/b",
    continuous: true,
  });
  for (const name of ["old", "doomed", "hive"]) await must(server, "PUT", `/${name}`);
  const docs = ["first", "second", "third"].map((_id) => ({ _id, type: "creature" }));
  await must(server, "POST", "/old/_bulk_docs", { body: { docs } });
  // In `hive`, the view exists with other functions, over enough documents that its change is staged.
  const many = Array.from({ length: 1_010 }, (_, i) => ({ _id: `drone-${i}`, type: "drone" }));
  await must(server, "POST", "/hive/_bulk_docs", { body: { docs: many } });
  for (const name of ["old", "hive"]) {
    const views = { by_type: { map: view("emit(doc.type, 0);") } };
    await must(server, "PUT", `/${name}/_design/${name === "old" ? "views" : "creatures"}`, { body: { views } });
    const index = { name: "by-owner", ddoc: "mango-by-owner", index: { fields: ["owner"] } };
    await must(server, "POST", `/${name}/_index`, { body: index });
  }
  // Only a complete index is worth keeping while the new one is built.
  await must(server, "GET", "/hive/_design/creatures/_view/by_type");
}

/** In any case, something that the next version of the set declares differently. */
async function putDocument(server: Addressed, path: string, body: object): Promise<void> {
  await removeDocument(server, path);
  await must(server, "PUT", path, { body });
}

async function removeDocument(server: Addressed, path: string): Promise<void> {
  for (;;) {
    const { status, body } = await request(server, "GET", path);
    if (status === 404) return;
    // CouchDB may be writing its own state into a replication.
    if ((await request(server, "DELETE", `${path}?rev=${body._rev}`)).status === 200) return;
  }
}
