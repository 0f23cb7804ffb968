/** What a build that does not go on comes to. */
import { expect, it } from "vitest";
import type { Answer, Couch, ReadOptions } from "../../../src/couch/couch.js";
import { awaitBuild } from "../../../src/objects/design-docs/build.js";
import { contextOf, fakeCouch } from "../fake-couch.js";

const build = { database: "zerglings", name: "a", doc: { views: { v: { map: "m" } } }, what: "building v" };

/** Nothing is built until CouchDB has been asked why, which it answers like this; then it is, if it can be. */
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

it.concurrent("is waited for on where CouchDB says that a node is away", async () => {
  await expect(waited("nodedown", "progress not possible")).resolves.toBeUndefined();
});

it.concurrent("fails for the reason that CouchDB gives, in one line", async () => {
  const message = "building v in zerglings failed: os_process_error: it timed out. The previous version still serves";
  await expect(waited("os_process_error", "it\n timed out.")).rejects.toMatchObject({ code: "step-failed", message });
});
