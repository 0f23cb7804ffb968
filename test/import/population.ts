/** The data of the round trip: what people have, and what only a test would have. */
import { type Addressed, must } from "../support/request.js";

export const map = "function (doc) {\n  if (doc.owner) emit(doc.owner, `${doc.n}`);\n}";

const designDocs: Readonly<Record<string, unknown>> = {
  "zerglings/_design/broods": {
    language: "javascript",
    views: {
      "by-owner": { map, reduce: "_count" },
      sums: { map, reduce: "function (keys, values, rereduce) {\n  return sum(values);\n}" },
      lib: { names: "exports.first = function (n) {\n  return n[0];\n};" },
    },
    filters: { mine: "function (doc, req) { return doc.owner === req.userCtx.name; }" },
    validate_doc_update: "function (newDoc) {\n  if (newDoc.bad) throw({ forbidden: 'bad' });\n}",
  },
  "zerglings/_design/plain": { views: { all: { map: "function(doc){emit(null)}" } } },
  "nasty%2Fnames%2B$(1)/_design/spaces": {
    views: { a: { map: `\n${map}\n` }, b: { map: "function (doc) {\r\n  emit(1);\r\n}" } },
  },
  "nasty%2Fnames%2B$(1)/_design/slashes": { views: { "a/b": { map }, "..": { map }, "\u0000": { map }, con: { map } } },
  "nasty%2Fnames%2B$(1)/_design/cases": { views: { Owner: { map }, owner: { map } } },
  "nasty%2Fnames%2B$(1)/_design/Brood": { views: { a: { map } } },
  "nasty%2Fnames%2B$(1)/_design/brood": { views: { a: { map } } },
  "nasty%2Fnames%2B$(1)/_design/views": { views: { a: { map } } },
  "nasty%2Fnames%2B$(1)/_design/a%2Fb": { views: { a: { map } }, note: "$${x} ${y}" },
  "nasty%2Fnames%2B$(1)/_design/erlang": { language: "erlang", views: { a: { map: "fun({Doc}) -> ok end." } } },
  // As couchapp stores the text of files.
  "zerglings/_design/pushed": {
    language: "javascript",
    views: {
      a: { map: `${map}\n`, reduce: "function (keys, values) {\n  return sum(values);\n}\n" },
      b: { map, reduce: "_sum\n" },
    },
    lib: { m: "exports.a = 1;\n" },
    filters: { f: "function (doc) {\n  return true;\n}\r\n" },
    readme: "# Pushed\n",
  },
  "zerglings/_design/modules": {
    filters: {
      mine: "function (doc) { return require('filters/lib/owner').of(doc) && require('filters/names').of(doc); }",
      lib: { owner: "exports.of = function (doc) { return doc.owner; };\n", deep: { text: "<p>" } },
      names: "exports.of = function (doc) { return require('utils').name(doc); };",
    },
    lists: { lib: { unused: "exports.a = 1;" } },
    utils: "exports.name = function (doc) { return doc.name; };",
    templates: { row: "<li>\n" },
  },
  // As CouchDB 3.5.2 and newer store it.
  "zerglings/_design/search": {
    nouveau: { names: { index: "function (doc) {\n  index('string', 'name', doc.name);\n}", lucene_version: 10 } },
  },
  "_users/_design/roles": { views: { all: { map: "function (doc) { emit(doc.roles); }" } } },
  // Two indexes in one design document whose name no step can have.
  "zerglings/_design/two": {
    language: "query",
    views: Object.fromEntries(
      ["one", "other"].map((name) => [
        name,
        {
          map: { fields: { [name]: "asc" }, partial_filter_selector: {} },
          reduce: "_count",
          options: { def: { fields: [name] } },
        },
      ]),
    ),
  },
};

export const indexes: readonly (readonly [string, unknown])[] = [
  ["zerglings", { name: "by-owner", ddoc: "mango-by-owner", index: { fields: ["owner", "born"] } }],
  [
    "zerglings",
    { index: { fields: [{ born: "desc" }], partial_filter_selector: { type: "zergling", n: { $gt: 1 } } } },
  ],
  // As a service creates it, without a name.
  ["zerglings", { index: { fields: [{ title: "asc" }] } }],
  ["zerglings", { index: { partial_filter_selector: {}, fields: ["title", { n: "asc" }] } }],
  ["parted", { index: { fields: ["p"] }, partitioned: true }],
  ["parted", { name: "global", partitioned: false, index: { fields: ["n"] } }],
  ["parted", { name: "local", index: { fields: ["n"] } }],
];

const users: readonly Readonly<Record<string, unknown>>[] = [
  {
    name: "kerrigan",
    roles: ["zerg", "queen"],
    password: "sarah",
    email: "k@${char}.example",
    deep: { a: [1, { b: null }] },
  },
  { name: "jürgen raynor", roles: [], password: "jim" },
  { name: "no", roles: ["yes", "null", "1"], password: "x" },
];

const replications: Readonly<Record<string, unknown>> = {
  "zerglings-out": {
    source: "http://kerrigan:s%40rah@127.0.0.1:9/zerglings",
    target: {
      url: "http://127.0.0.1:9/broods",
      headers: { "X-Hive": "token" },
      auth: { basic: { username: "kerrigan", password: "sarah" } },
    },
    continuous: true,
    create_target: false,
    selector: { $or: [{ a: 1 }, { "b.c": { $regex: "^${x}" } }] },
  },
};

export async function populate(server: Addressed): Promise<void> {
  const put = (path: string, body?: unknown) => must(server, "PUT", `/${path}`, body === undefined ? {} : { body });
  await put("zerglings?q=3");
  await put("zerglings/_revs_limit", 50);
  await put("zerglings/_purged_infos_limit", 7);
  await put("parted?partitioned=true");
  await put("open");
  await put("nasty%2Fnames%2B$(1)");
  await put("couchdb-migrate");
  await put("open/_security", {});
  await put("zerglings/_security", {
    admins: { names: ["kerrigan"], roles: ["_admin", "queen"] },
    members: { names: [], roles: ["zerg", "${x}"] },
  });
  for (const [path, doc] of Object.entries(designDocs)) await put(path, doc);
  for (const [database, index] of indexes) await must(server, "POST", `/${database}/_index`, { body: index });
  for (const user of users)
    await put(`_users/org.couchdb.user:${encodeURIComponent(String(user.name))}`, { ...user, type: "user" });
  for (const [id, doc] of Object.entries(replications)) await put(`_replicator/${id}`, doc);
  await put("char%2F_replicator");
  await put("char%2F_replicator/back", {
    source: "http://127.0.0.1:9/broods",
    target: { url: "http://127.0.0.1:9/zerglings", auth: { iam: { api_key: "infested" } } },
    user_ctx: { name: "kerrigan", roles: ["zerg"] },
  });
}

/** The variables that the imported files need. */
export const env = {
  ZERGLINGS_OUT_SOURCE_PASSWORD: "s%40rah",
  ZERGLINGS_OUT_TARGET_PASSWORD: "sarah",
  ZERGLINGS_OUT_TARGET_X_HIVE: "token",
  BACK_IN_CHAR_REPLICATOR_TARGET_IAM_API_KEY: "infested",
};

export const passwords = { KERRIGAN_PASSWORD: "sarah", JURGEN_RAYNOR_PASSWORD: "jim", NO_PASSWORD: "x" };
