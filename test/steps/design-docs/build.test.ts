/** The outcome of a build that makes no progress. */
import { expect, it } from "vitest";
import type { Answer, Couch, ReadOptions } from "../../../src/couch/couch.js";
import { awaitBuild } from "../../../src/objects/design-docs/build.js";
import { contextOf, fakeCouch } from "../fake-couch.js";

const build = { database: "zerglings", name: "a", doc: { views: { v: { map: "m" } } }, what: "building v" };

/** Nothing is built until CouchDB is queried for the reason, with this answer; after that it is built, if possible. */
function standing(why: Answer): Couch {
  let asked = false;
  const read = async (path: string, { query = {} }: ReadOptions = {}) => {
    if (path.endsWith("/_info")) {
      const updates_pending = { total: asked ? 0 : 5_000 };
      return { status: 200, body: { view_index: { signature: "x", updates_pending } } };
    }
    if (path.endsWith("/v") && query.update === undefined) {
      asked = true;
      return why;
    }
    return { status: 200, body: path === "/_dbs_info" ? [{ key: "zerglings", info: {} }] : [] };
  };
  return { ...fakeCouch(), read: read as Couch["read"] };
}

const waited = (error: string, reason: string) =>
  awaitBuild(contextOf(standing({ status: 500, body: { error, reason } }), {}), build);

it.concurrent("is still waited for if CouchDB says that a node is down", async () => {
  await expect(waited("nodedown", "progress not possible")).resolves.toBeUndefined();
});

it.concurrent("fails with CouchDB's reason, in one line", async () => {
  const message = "building v in zerglings failed: os_process_error: it timed out. The previous version still serves";
  await expect(waited("os_process_error", "it\n timed out.")).rejects.toMatchObject({ code: "step-failed", message });
});
