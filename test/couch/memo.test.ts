import { expect, test } from "vitest";
import { Memo, scopeOf } from "../../src/couch/memo.js";

test.each([
  ["/zerglings", "zerglings"],
  ["/zerglings/doc", "zerglings"],
  ["/a%2Fb/doc?rev=1", "a%2Fb"],
  ["/_users/x", "_users"],
  ["/_all_dbs?limit=1", ""],
  ["/_node/a@b/_config/admins", ""],
  ["/", ""],
])("%s is about %j", (path, scope) => {
  expect(scopeOf(path)).toBe(scope);
});

test.each([
  ["another document in its database", "/a/doc", "/a/other", true],
  ["the database itself", "/a", "/a/doc", true],
  ["another database", "/a/doc", "/b/doc", false],
  ["a database with the same prefix", "/ab/doc", "/a/doc", false],
  ["the list of databases", "/_all_dbs", "/a", true],
  ["the information on databases", "/_dbs_info", "/a/doc", true],
  ["the active tasks", "/_active_tasks", "/a/doc", true],
  ["the nodes, if a database is written", "/_membership", "/a/doc", false],
  ["the configuration, if configuration is written", "/_node/n/_config/admins", "/_node/n/_config/admins/x", true],
  ["a database, if configuration is written", "/a/doc", "/_node/n/_config/admins/x", false],
  ["a database, if the cluster is set up", "/_users/x", "/_cluster_setup", true],
  ["_users, if a user is written", "/_users/x", "/_users/y", true],
])("whether a write drops the cached answer: %s", async (_, read, written, drops) => {
  const memo = new Memo();
  let asked = 0;
  const ask = async () => ++asked;
  await memo.read(read, "key", false, ask);
  memo.written(written);
  await memo.read(read, "key", false, ask);
  expect(asked).toBe(drops ? 2 : 1);
});

test("concurrent reads share one request", async () => {
  const memo = new Memo();
  let asked = 0;
  const ask = async () => ++asked;
  expect(await Promise.all([1, 2, 3].map(() => memo.read("/a", "key", false, ask)))).toEqual([1, 1, 1]);
});

test("a fresh read updates the cache", async () => {
  const memo = new Memo();
  let asked = 0;
  const ask = async () => ++asked;
  await memo.read("/a", "key", false, ask);
  expect(await memo.read("/a", "key", true, ask)).toBe(2);
  expect(await memo.read("/a", "key", false, ask)).toBe(2);
});

test("a failed read is not cached", async () => {
  const memo = new Memo();
  await expect(memo.read("/a", "key", false, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await memo.read("/a", "key", false, async () => "yes")).toBe("yes");
});

test("a read that was under way during a write is not cached", async () => {
  const memo = new Memo();
  let answer = (_: string) => {};
  const slow = memo.read("/a/doc", "key", false, () => new Promise<string>((resolve) => (answer = resolve)));
  memo.written("/a/doc");
  answer("old");
  expect(await slow).toBe("old");
  expect(await memo.read("/a/doc", "key", false, async () => "new")).toBe("new");
});

test.each([
  ["one database", "a/b", "/a%2Fb/doc", 2],
  ["another one", "a", "/a%2Fb/doc", 1],
  ["everything", undefined, "/_membership", 2],
])("forgets %s", async (_, database, path, times) => {
  const memo = new Memo();
  let asked = 0;
  const ask = async () => ++asked;
  await memo.read(path, "key", false, ask);
  const before = memo.epoch;
  memo.forget(database);
  await memo.read(path, "key", false, ask);
  expect(asked).toBe(times);
  expect(memo.epoch).toBeGreaterThan(before);
});
