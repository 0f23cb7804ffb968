/** Reading `_local` documents from all copies. */
import { expect, test } from "vitest";
import { MigrateError } from "../../src/contract/errors.js";
import type { Couch } from "../../src/couch/couch.js";
import { readLocal } from "../../src/couch/local-document.js";
import { path } from "../../src/couch/path.js";

const document = { path: path`/db/_local/x`, what: "a marker", database: "db" };
const silence = new MigrateError("unreachable", { message: "no answer", data: { failure: "timeout" } });
const refused = new MigrateError("unreachable", { message: "refused", data: { failure: "connection" } });

/** Fails as requested, then answers. `sent`: the number of requests. */
function couchThat(...failures: readonly MigrateError[]) {
  let sent = 0;
  const read = async () => {
    const failure = failures[sent];
    sent += 1;
    if (failure) throw failure;
    return { status: 200, body: { _id: "_local/x", _rev: "0-1", n: 1 } };
  };
  return { couch: { read } as unknown as Couch, sent: () => sent };
}

test("if a node hangs, a read of all copies waits longer than one request may take", async () => {
  const { couch } = couchThat(silence, silence, silence);
  expect(await readLocal(couch, document)).toEqual({ rev: "0-1", body: { n: 1 } });
});

test("a refused connection does not count as a hanging node", async () => {
  const { couch, sent } = couchThat(refused);
  await expect(readLocal(couch, document)).rejects.toBe(refused);
  expect(sent()).toBe(1);
});

test("a run that must stop, or has lost its lease, does not retry", async () => {
  const lost = new MigrateError("lease-lost", { message: "lost" });
  const { couch, sent } = couchThat(silence, lost);
  await expect(readLocal(couch, document)).rejects.toBe(lost);
  expect(sent()).toBe(2);
});
