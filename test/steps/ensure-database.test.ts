import { describe, expect, it } from "vitest";
import { MigrateError } from "../../src/errors.js";
import { ensureDatabase } from "../../src/steps/ensure-database.js";
import { contextOf, fakeCouch } from "./fake-couch.js";

const desired = { name: "zerglings", partitioned: false };
const observed = {
  name: "zerglings",
  incarnation: "1700000000",
  documents: 0,
  deleted: 0,
  bytes: 0,
  q: 2,
  n: 1,
  partitioned: false,
};

describe("diff", () => {
  it("creates what is absent", () => {
    const wanted = { ...desired, partitioned: true, q: 4 };
    expect(ensureDatabase.diff(wanted, undefined, {})).toEqual({
      action: "create",
      changes: [
        { path: "/name", before: null, after: "zerglings" },
        { path: "/partitioned", before: null, after: true },
        { path: "/q", before: null, after: 4 },
      ],
      rebuilds: [],
      warnings: [],
      write: wanted,
    });
  });

  it.each([
    [{}, 0],
    [{ q: 2, n: 1 }, 0],
    [{ q: 8 }, 1],
    [{ q: 8, n: 3 }, 2],
  ])("leaves an existing one as it is, and warns of other shards: %j", (shards, warnings) => {
    const difference = ensureDatabase.diff({ ...desired, ...shards }, observed, {});
    expect(difference).toMatchObject({ action: "none", changes: [] });
    expect(difference.warnings).toHaveLength(warnings);
  });

  it.each([true, false])("is refused where `partitioned` is another, and not %s", (partitioned) => {
    const difference = ensureDatabase.diff({ ...desired, partitioned }, { ...observed, partitioned: !partitioned }, {});
    expect(difference).toMatchObject({
      action: "refused",
      refusal: expect.stringContaining(`partitioned: ${!partitioned}`),
    });
    expect(difference).not.toHaveProperty("write");
  });
});

describe("apply", () => {
  const row = (partitioned: boolean) => ({ doc_count: 0, instance_start_time: "1", props: { partitioned } });
  const exists = () => ({ status: 412, body: { error: "file_exists" } });
  const failed = () => new MigrateError("request-failed", { message: "500 conflict" });

  it("asks for nothing that the step does not", async () => {
    const couch = fakeCouch();
    await ensureDatabase.apply(desired, contextOf(couch, desired));
    expect(couch.written).toEqual([
      { method: "PUT", path: "/zerglings", query: { q: undefined, n: undefined, partitioned: undefined } },
    ]);
  });

  it("encodes the name", async () => {
    const couch = fakeCouch();
    await ensureDatabase.apply({ name: "a/b+c", partitioned: false }, contextOf(couch, desired));
    expect(couch.written[0]?.path).toBe("/a%2Fb%2Bc");
  });

  it.each([
    ["somebody was faster", exists, row(false), undefined],
    ["racing creations got a 500", failed, row(false), undefined],
    ["somebody made it of the other kind", exists, row(true), "refused"],
    ["it failed and is not there", failed, undefined, "request-failed"],
  ])("%s", async (_, reply, there, code) => {
    const couch = fakeCouch({ reads: there ? { "/zerglings": there } : {}, writes: { "PUT /zerglings": reply } });
    const outcome = ensureDatabase.apply(desired, contextOf(couch, desired));
    if (code === undefined) await outcome;
    else await expect(outcome).rejects.toMatchObject({ code });
  });
});

describe("check", () => {
  it("refuses the tool's own database", () => {
    expect(ensureDatabase.check?.({ name: "couchdb-migrate", partitioned: false })).toMatchObject([
      { path: "/name", code: "own-database" },
    ]);
    expect(ensureDatabase.check?.(desired)).toEqual([]);
  });

  it.each([
    ["zerglings", true],
    ["a/b_$()+-9", true],
    ["_users", true],
    ["_global_changes", true],
    ["Bad", false],
    ["_bad", false],
    ["a.b", false],
    ["9a", false],
    ["a*", false],
    ["", false],
  ])("the name %j: %s", (name, right) => {
    const pattern = new RegExp(ensureDatabase.schema.properties?.name?.pattern ?? "never", "u");
    expect(pattern.test(name)).toBe(right);
  });
});
