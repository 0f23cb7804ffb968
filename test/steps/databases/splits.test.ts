import { describe, expect, it } from "vitest";
import { ensureDatabase } from "../../../src/kinds/ensure-database.js";
import { readShards, reshard } from "../../../src/objects/databases/reshard.js";
import { jobsOf, rangesToSplit, type SplitJob } from "../../../src/objects/databases/splits.js";
import { contextOf, type FakeCouch, fakeCouch } from "../fake-couch.js";

const halves = ["00000000-7fffffff", "80000000-ffffffff"];
const whole = ["00000000-ffffffff"];
const thirds = ["00000000-55555554", "55555555-aaaaaaa9", "aaaaaaaa-ffffffff"];

describe("what to split", () => {
  it.each<[readonly string[], number, readonly string[] | undefined]>([
    [whole, 1, []],
    [whole, 16, whole],
    [halves, 4, halves],
    [["00000000-3fffffff", "40000000-7fffffff", "80000000-ffffffff"], 4, ["80000000-ffffffff"]],
    [["80000000-ffffffff", "00000000-7fffffff", "00000000-3fffffff"], 4, ["00000000-7fffffff", "80000000-ffffffff"]],
    [thirds, 12, thirds],
    [halves, 1, undefined],
    [halves, 6, undefined],
    [thirds, 4, undefined],
    [["00000000-3fffffff", "40000000-7fffffff", "80000000-ffffffff"], 2, undefined],
  ])("%j for q=%i", (ranges, q, expected) => {
    expect(rangesToSplit(ranges, q)).toEqual(expected);
  });

  it("jobs of other databases are not ours", () => {
    const job = (name: string): SplitJob => ({
      id: name,
      source: `shards/00000000-7fffffff/${name}.17`,
      job_state: "new",
    });
    expect(jobsOf("a/b", ["a/b", "a", "b", "x/a/b"].map(job)).map(({ id }) => id)).toEqual(["a/b"]);
  });
});

describe("diff", () => {
  const info = { name: "z", incarnation: "1", documents: 0, deleted: 0, bytes: 0, q: 2, n: 1, partitioned: false };
  const desired = { name: "z", partitioned: false, q: 4, n: 3, reshard: true };
  const at = { database: "z" };

  it("splits, also if another run has begun, and still warns about `n`", () => {
    for (const underWay of [0, 2]) {
      expect(ensureDatabase.diff(desired, { info, shards: { ranges: halves, underWay } }, at)).toMatchObject({
        action: "update",
        changes: [{ path: "/q", before: 2, after: 4 }],
        write: { splitInto: 4, limits: {} },
        kept: [{ path: "/n" }],
        begun: underWay > 0,
      });
    }
  });

  it.each([
    ["fewer shards", { q: 1 }, {}, "merges"],
    ["no power of two", { q: 6 }, {}, "halves"],
    ["an obstacle", {}, { obstacle: "resharding is stopped" }, "stopped"],
  ])("is refused: %s", (_, asked, seen, why) => {
    const shards = { ranges: halves, underWay: 0, ...seen };
    expect(ensureDatabase.diff({ ...desired, ...asked }, { info, shards }, at)).toMatchObject({
      action: "refused",
      refusals: [{ code: "cannot-reshard", why: expect.stringContaining(why) }],
    });
  });

  it("`reshard` needs `q`", () => {
    const problems = ensureDatabase.check?.spec?.({ name: "z", partitioned: false, reshard: true });
    expect(problems).toMatchObject([{ path: "/reshard", code: "no-q" }]);
  });
});

describe("what keeps CouchDB from splitting", () => {
  const reads = (state: object) => ({
    "/_reshard": state,
    "/_reshard/jobs": { jobs: [] },
    "/z/_shards": { shards: { [String(whole[0])]: ["a"] } },
  });

  it.each<[string, string, object, string | undefined]>([
    ["2.x", "2.3.1", {}, "needs CouchDB 3.0"],
    ["disabled", "3.5.0", {}, "disabled"],
    ["stopped", "3.5.0", reads({ state: "stopped", state_reason: "a backup" }), '("a backup")'],
    ["running", "3.5.0", reads({ state: "running" }), undefined],
  ])("%s", async (_, version, known, why) => {
    const { obstacle } = await readShards(fakeCouch({ version, reads: { ...known } }), "z");
    expect(obstacle).toEqual(why === undefined ? undefined : expect.stringContaining(why));
  });
});

describe("apply", () => {
  const shards = { shards: { [String(whole[0])]: ["a"] } };
  const jobs = (job_state: string) => ({
    jobs: [{ id: "1", source: "shards/00000000-ffffffff/z.17", job_state, state_info: { reason: "no space" } }],
  });

  it.each([
    ["failed", 'splitting shard 00000000-ffffffff of database z failed: "no space"'],
    ["stopped", 'is stopped: "no space"'],
  ])("fails if a job of this run is %s", async (state, message) => {
    const started = () => {
      couch.set("/_reshard/jobs", jobs(state));
      return { status: 201, body: [] };
    };
    const reads = { "/_reshard/jobs": { jobs: [] }, "/z/_shards": shards };
    const couch: FakeCouch = fakeCouch({ reads, writes: { "POST /_reshard/jobs": started } });
    await expect(reshard("z", 2, contextOf(couch, {}))).rejects.toMatchObject({
      code: "step-failed",
      message: expect.stringContaining(message),
    });
  });

  it("does not count as done if the shards have become smaller than that", async () => {
    const reads = { "/_reshard/jobs": { jobs: [] }, "/z/_shards": { shards: { "00000000-3fffffff": ["a"] } } };
    const outcome = reshard("z", 2, contextOf(fakeCouch({ reads }), {}));
    await expect(outcome).rejects.toMatchObject({ code: "conflict" });
  });

  it("tries a job again that failed in an earlier run", async () => {
    const split = () => {
      couch.set("/_reshard/jobs", { jobs: [] });
      couch.set("/z/_shards", { shards: { [String(halves[0])]: ["a"], [String(halves[1])]: ["a"] } });
      return { status: 201, body: [] };
    };
    const reads = { "/_reshard/jobs": jobs("failed"), "/z/_shards": shards };
    const couch: FakeCouch = fakeCouch({ reads, writes: { "POST /_reshard/jobs": split } });
    await reshard("z", 2, contextOf(couch, {}));
    expect(couch.written.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "DELETE /_reshard/jobs/1",
      "POST /_reshard/jobs",
    ]);
  });
});
