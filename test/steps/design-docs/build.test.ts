/** The outcome of a build that makes no progress. */
import { expect, it } from "vitest";
import type { Answer, Couch, ReadOptions } from "../../../src/couch/couch.js";
import { awaitBuild } from "../../../src/objects/design-docs/build.js";
import { contextOf, fakeCouch } from "../fake-couch.js";

const build = { database: "zerglings", name: "a", doc: { views: { v: { map: "m" } } }, what: "building v" };

/**
 * Nothing is built until CouchDB is queried for the reason, with this answer; after that it is built, if possible. The
 * first query that waits is the one that a small build ends.
 */
function standing(why: Answer): Couch {
  let queries = 0;
  const read = async (path: string, { query = {} }: ReadOptions = {}) => {
    if (path.endsWith("/_info")) {
      const updates_pending = { total: queries > 1 ? 0 : 5_000 };
      return { status: 200, body: { view_index: { signature: "x", updates_pending } } };
    }
    if (path.endsWith("/v") && query.update === undefined) {
      queries += 1;
      return queries > 1 ? why : { status: 200, body: {} };
    }
    return { status: 200, body: path === "/_dbs_info" ? [{ key: "zerglings", info: {} }] : [] };
  };
  return { ...fakeCouch(), read: read as Couch["read"] };
}

const waited = (error: string, reason: string) =>
  awaitBuild(contextOf(standing({ status: 500, body: { error, reason } }), {}), build, async () => {});

it.concurrent("is still waited for if CouchDB says that a node is down", async () => {
  await expect(waited("nodedown", "progress not possible")).resolves.toBeUndefined();
});

it.concurrent("fails with CouchDB's reason, in one line", async () => {
  const message = "building v in zerglings failed: os_process_error: it timed out. The previous version still serves";
  await expect(waited("os_process_error", "it\n timed out.")).rejects.toMatchObject({ code: "step-failed", message });
});

interface Index {
  pending: number;
  waiting_commit: boolean;
}

/** A server with the index of each design document in this state, whenever it is asked. */
function serving(stateOf: (name: string) => Index): Couch {
  const read = async (path: string) => {
    const name = /_design\/(\w+)\/_info$/.exec(path)?.[1];
    if (!name) return { status: 200, body: path === "/_dbs_info" ? [{ key: "zerglings", info: {} }] : [] };
    await new Promise(setImmediate);
    const { pending, waiting_commit } = stateOf(name);
    return {
      status: 200,
      body: { view_index: { signature: name, waiting_commit, updates_pending: { total: pending } } },
    };
  };
  return { ...fakeCouch(), read: read as Couch["read"] };
}

/** Builds all of them, in one run that builds one index at a time. */
function buildAll(couch: Couch, names: readonly string[], begin: (name: string) => void) {
  const context = contextOf(couch, {});
  return Promise.all(names.map((name) => awaitBuild(context, { ...build, name }, async () => begin(name))));
}

it.concurrent("begins while CouchDB has not committed the one before it", async () => {
  const begun: string[] = [];
  const couch = serving(() => ({ pending: 0, waiting_commit: begun.length < 3 }));
  await buildAll(couch, ["a", "b", "c"], (name) => begun.push(name));
  expect(begun).toEqual(["a", "b", "c"]);
});

it.concurrent("does not begin before the one before it is built", async () => {
  const begun: string[] = [];
  const asked: string[] = [];
  const couch = serving((name) => {
    asked.push(`${name} of ${begun}`);
    return { pending: asked.length < 3 ? 5_000 : 0, waiting_commit: false };
  });
  await buildAll(couch, ["a", "b"], (name) => begun.push(name));
  expect(asked).toEqual(["a of a", "a of a", "a of a", "b of a,b"]);
});

it.concurrent("is begun again in a turn if the server loses it before the commit", async () => {
  const states: Index[] = [
    { pending: 0, waiting_commit: true },
    { pending: 5_000, waiting_commit: false },
    { pending: 2_000, waiting_commit: false },
    { pending: 0, waiting_commit: true },
  ];
  const couch = serving(() => states.shift() ?? { pending: 0, waiting_commit: false });
  const begun: string[] = [];
  await buildAll(couch, ["a"], (name) => begun.push(name));
  expect([begun, states]).toEqual([["a"], []]);
});

it.concurrent("costs no more questions if many indexes wait for the commit", async () => {
  let underWay = 0;
  const most: number[] = [];
  let rounds = 0;
  const read = async (path: string) => {
    if (!path.endsWith("/_info")) {
      return { status: 200, body: path === "/_dbs_info" ? [{ key: "zerglings", info: {} }] : [] };
    }
    underWay += 1;
    most.push(underWay);
    await new Promise(setImmediate);
    underWay -= 1;
    rounds += 1;
    return { status: 200, body: { view_index: { waiting_commit: rounds < 24, updates_pending: { total: 0 } } } };
  };
  const names = Array.from({ length: 20 }, (_, i) => `v${i}`);
  await buildAll({ ...fakeCouch(), read: read as Couch["read"] }, names, () => {});
  // One about the index that is being built, and one about all that are built.
  expect(Math.max(...most)).toBe(2);
});
