/** A server with every field of every step that `import` writes, and with what no step can have. */
import { type Addressed, must } from "../../support/request.js";
import { designDocs } from "./design-docs.js";
import { inOtherDatabase, inReplicator } from "./replications.js";

export interface Abilities {
  readonly isFrom: (version: "3.0" | "3.3" | "3.5") => boolean;
  readonly runsErlang: boolean;
}

const securities: Readonly<Record<string, unknown>> = {
  "a_$()+-/9": {
    admins: { names: ["kerrigan"], roles: ["queen"] },
    members: { names: ["${x}", "ünï ✓"], roles: ["zerg"] },
  },
  open: {},
  _replicator: { admins: { names: [], roles: ["_admin"] }, members: { names: [], roles: ["zerg"] } },
  parted: { admins: { names: [], roles: ["_admin"] }, members: { names: [], roles: ["_admin"] } },
  "left-out": { admins: { roles: ["_admin"] }, members: { roles: ["zerg"], note: "x" }, couchdb_auth_only: true },
};

const indexes: readonly Readonly<Record<string, unknown>>[] = [
  { name: "by-owner", ddoc: "mango-by-owner", index: { fields: ["owner", "born"] } },
  { index: { fields: [{ born: "desc" }], partial_filter_selector: { type: "zergling", n: { $gt: 1 } } } },
  { name: "only-filter", index: { fields: [], partial_filter_selector: { type: "zergling" } } },
  { index: { fields: [{ "a.b": "asc" }, { "c\\.d": "asc" }] } },
  { name: "ünï ✓ ${x}", ddoc: "a/b ${x}", type: "json", index: { fields: ["ünï"], partial_filter_selector: {} } },
];

const users: readonly Readonly<Record<string, unknown>>[] = [
  {
    name: "kerrigan",
    roles: ["zerg", "queen"],
    password: "sarah",
    email: "k@${char}.example",
    "ünï ✓": null,
    deep: { a: [1, { b: null }] },
  },
  { name: "no", roles: [], password: "no" },
  { name: "without a password", roles: ["yes", "null", "1"] },
  { name: "two", roles: [], password: "two", totp: { key: "totp-secret" } },
];

export async function fill(server: Addressed, abilities: Abilities): Promise<void> {
  const put = (path: string, body?: unknown) => must(server, "PUT", `/${path}`, body === undefined ? {} : { body });
  const { isFrom } = abilities;
  const name = encodeURIComponent("a_$()+-/9");
  const docs = Object.entries(designDocs(abilities));
  await put(`${name}?q=3`);
  await put(`${name}/_revs_limit`, 50);
  await put(`${name}/_purged_infos_limit`, 7);
  await put("open");
  await put("left-out");
  if (isFrom("3.0")) await put("parted?partitioned=true");
  for (const [id, doc] of docs) await put(`${name}/_design/${encodeURIComponent(id)}`, doc);
  for (const index of indexes) await must(server, "POST", `/${name}/_index`, { body: index });
  if (isFrom("3.0")) {
    for (const partitioned of [true, false])
      await must(server, "POST", "/parted/_index", { body: { index: { fields: ["n"] }, partitioned } });
    await put("parted/_design/parted", { views: { a: { map: "function (doc) { emit(doc._id); }", reduce: "_sum" } } });
  }
  for (const [database, security] of Object.entries(securities))
    if (database !== "parted" || isFrom("3.0")) await put(`${encodeURIComponent(database)}/_security`, security);
  // Its file, `options.json`, could be taken for a field of a design document, so the files are listed one by one.
  await put("open/_design/options", { views: { "a/b": { map: "function (doc) { emit(1); }" } } });
  await put("left-out/overmind", { type: "cerebrate" });
  await put("left-out/_design/broken", { validate_doc_update: "function (doc) {" });
  await put("left-out/_design/site", {
    views: { all: { map: "function (doc) {}" } },
    _attachments: { "index.html": { content_type: "text/html", data: "PHA+" } },
  });
  for (const user of users)
    await put(`_users/org.couchdb.user:${encodeURIComponent(String(user.name))}`, { ...user, type: "user" });
  await put("_users/_revs_limit", 8);
  await put("_replicator/_purged_infos_limit", 9);
  await put("_users/_design/roles", { views: { all: { map: "function (doc) { emit(doc.roles); }" } } });
  await put("char%2F_replicator");
  for (const [id, doc] of Object.entries(inOtherDatabase)) await put(`char%2F_replicator/${id}`, doc);
  for (const [id, doc] of Object.entries(inReplicator)) await put(`_replicator/${encodeURIComponent(id)}`, doc);
  await put("_replicator/noted", { source: "http://127.0.0.1:9/a", target: "http://127.0.0.1:9/b", note: "by hand" });
}

/** The step kinds that `import` does not write: on the server from the start, and in the files by hand. */
export const byHand = ({ isFrom }: Abilities) => `
- id: cluster
  ensureCluster: { size: 1, globalChanges: false }
- id: cerebrate
  ensureAdmin: { name: cerebrate, password: "\${CEREBRATE_PASSWORD}" }
- id: configuration
  ensureConfig:
    jwt_keys:
      hmac:_default: \${HMAC_KEY}
      ${isFrom("3.3") ? '"rsa:k=1": "-----BEGIN PUBLIC KEY-----\\nMIIB\\n-----END PUBLIC KEY-----\\n"' : ""}
    cors:http://zerg.example:80: { credentials: true, max_age: 7, methods: "GET, PUT" }
    zerglings: { hex: 0x1F, version: 3.10, "50% c!": "50% = a;b  c", latin: "Höhe", quoted: '"a" {b, [c]}.' }
`;
