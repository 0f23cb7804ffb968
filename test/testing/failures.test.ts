/** What a test says if its expectation is not met, and where. */
import { expect, it, test } from "vitest";
import { startEmbedded } from "../support/embedded.js";
import { must } from "../support/request.js";
import { failures, head, migrations, run } from "./support.js";

// biome-ignore format: one test per line
it.each<[test: string, said: string]>([
  ["view: brood/by-kind, query: { reduce: false }, rows: [{ id: ada }, { id: cid }]", "7:63 the rows differ\nboth: {\"id\":\"ada\"}\nexpected: {\"id\":\"cid\"}\nactual: {\"id\":\"ben\"}"],
  ["view: brood/slain, rows: [{ key: null }]", "7:35 the rows differ\nexpected: {\"key\":null}"],
  ["view: brood/slain, error: broken", "7:42 the query does not fail"],
  ["view: brood/slain, query: { group: true }, rows: []", "7:59 CouchDB refuses the query: query_parse_error: Invalid use of grouping on a map view."],
  ["view: brood/slain, query: { group: true }, error: another", "7:66 the query fails with another error: query_parse_error: Invalid use of grouping on a map view."],
  ["write: { _id: a, legs: -1 }, accepted: true", "7:55 the write is refused: forbidden: legs are not negative"],
  ["write: { _id: a, legs: 1 }, refused: negative", "7:53 the write is accepted"],
  ["write: { _id: a, legs: -1 }, refused: positive", "7:54 the write is refused with another reason: legs are not negative"],
  ["write: { _id: a, legs: -1 }, error: unauthorized", "7:52 the write is refused as forbidden: legs are not negative"],
  ["filter: brood/of-kind, query: { kind: zergling }, passes: [ada]", "7:66 other documents pass\nboth: \"ada\"\nactual: \"ben\""],
  ["find: { selector: { kind: zergling } }, finds: [ben, ada], index: _all_docs", "7:56 the documents differ\nexpected: \"ben\"\nboth: \"ada\"\nactual: \"ben\"|7:82 the query uses index by-kind"],
  ["find: { selector: { legs: 6 } }, index: by-kind", "7:56 the query uses no index"],
  ["transform: legs, becomes: [{ _id: ben, kind: zergling, legs: 4 }]", "7:33 the documents differ after the step\nexpected: {\"_id\":\"ben\",\"kind\":\"zergling\",\"legs\":4}\nactual: {\"_id\":\"ben\",\"kind\":\"zergling\",\"legs\":6}"],
  ["transform: legs, unchanged: [ben]", "7:45 the step changes ben\nexpected: {\"_id\":\"ben\",\"kind\":\"zergling\"}\nactual: {\"_id\":\"ben\",\"kind\":\"zergling\",\"legs\":6}"],
  ["transform: legs, unchanged: [cid]", "7:45 the test has no document cid"],
  ["transform: legs, deletes: [ada]", "7:43 the step does not delete ada"],
])("%s", async (text, said) => {
  const results = await run({ text: `${head}  - { name: a, ${text} }\n` });
  expect(failures(results).join("|")).toBe(said);
  expect(results).toMatchObject({ passed: 1, failed: 1 });
});

it("a set that does not apply to the documents", async () => {
  const steps = migrations.replace("set: { /legs: 6 }", "rename: { /kind: /name }");
  const text = `
database: zerglings
documents: [{ _id: ben, kind: zergling, name: ben }]
tests: [{ name: a, view: brood/slain, rows: [] }]
`;
  expect(failures(await run({ text, migrations: steps }))).toEqual([
    expect.stringMatching(/^3:1 step legs fails: .*ben/),
  ]);
});

it("views without rows are listed, but not if tests were left out", async () => {
  const text = `${head}  - { name: a, view: brood/slain, rows: [] }\n`;
  const slain = { step: "designs", databases: ["zerglings"], designDoc: "brood", view: "slain" };
  expect((await run({ text })).notCovered).toEqual([slain]);
  const some = await run({ text }, { only: (name) => name === "a" });
  expect(some).toMatchObject({ notCovered: [], passed: 1, skipped: 1 });
});

it("documents from files are read, and tests may have documents of their own", async () => {
  const text = `
database: zerglings
documents: { from: more.ndjson }
tests:
  - { name: of the file, view: brood/by-kind, rows: [{ value: 5 }] }
  - { name: its own, documents: [], view: brood/by-kind, rows: [] }
`;
  const others = { "more.ndjson": '{"_id":"a","kind":"x","legs":2}\n{"_id":"b","kind":"y","legs":3}\n' };
  expect(failures(await run({ text, others }))).toEqual([]);
});

const onServer = (database: string) => ({
  text: `database: ${database}\ntests:\n  - { name: a, as: { name: kerrigan }, write: { _id: a }, error: forbidden }\n`,
  migrations: `- { id: d, ensureDatabase: { name: ${database} } }\n`,
});

test("nothing is left on a server, and nothing that exists is touched", async () => {
  const server = await startEmbedded({ admins: { overmind: "secret" } });
  const connection = { url: server.url, username: "overmind", password: "secret" };
  await must(server, "PUT", "/zerglings");
  await must(server, "PUT", "/zerglings/mine", { body: { n: 1 } });
  const before = await must(server, "GET", "/_all_dbs");
  expect(await run(onServer("zerglings"), { connection })).toMatchObject({ passed: 2, failed: 0 });
  expect(await must(server, "GET", "/_all_dbs")).toEqual(before);
  expect(await must(server, "GET", "/_users/_all_docs")).toMatchObject({ rows: [{ id: "_design/_auth" }] });
  expect(await must(server, "GET", "/zerglings/_all_docs")).toMatchObject({ rows: [{ id: "mine" }] });

  // A user of the server's own.
  const kerrigan = { name: "kerrigan", password: "x", roles: [], type: "user" };
  const user = "/_users/org.couchdb.user:kerrigan";
  await must(server, "PUT", user, { body: kerrigan });
  const theirs = await must(server, "GET", user);
  const refused = await run(onServer("zerglings"), { connection });
  expect(failures(refused)).toEqual([expect.stringContaining("user kerrigan exists on this CouchDB")]);
  expect(await must(server, "GET", user)).toEqual(theirs);

  // An interrupted run.
  const stop = new AbortController();
  const only = (name: string) => {
    if (name !== "a") stop.abort();
    return true;
  };
  await expect(run(onServer("zerglings"), { connection, only, signal: stop.signal })).rejects.toThrow("interrupted");
  expect(await must(server, "GET", "/_all_dbs")).toEqual(before);
  await server.close();
});
