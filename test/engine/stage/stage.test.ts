/** `stage` builds ahead, on a real CouchDB, and `apply` switches. */
import { describe, expect, it } from "vitest";
import { stagedName } from "../../../src/objects/design-docs/companions.js";
import { bigDatabase, byKind, designDocs, docOf } from "../../steps/design-docs/big-database.js";
import { databaseName, freshDatabase, uniqueName } from "../../support/databases.js";
import { must } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { filesOf } from "../own-set.js";
import { documents, firstProgress, indexState, scene, versionOf, viewWith } from "./scene.js";

const old = "doc.n";
const next = "-doc.n";
const hotfix = "[doc.n]";

onReal("stage", () => {
  it("builds the index, and the next apply switches to it without a build", async () => {
    const { database, stage, apply, plan, status, ledgerText, registry } = await scene();
    await apply(await versionOf(database, old));
    const before = await ledgerText();
    const files = await versionOf(database, next);
    const committing: number[] = [];
    const staged = await stage(files, {
      emit: (event) => event.type === "step-progress" && event.committing && committing.push(event.total - event.done),
    });
    // CouchDB commits an index some seconds after it is built.
    expect(new Set(committing)).toEqual(new Set([0]));
    const [, name = ""] = await designDocs(server(), database);
    expect(staged).toMatchObject({
      result: "staged",
      staged: [{ id: "views", database, designDoc: "brood", name }],
      failures: [],
    });
    const built = await indexState(database, name);
    expect(built.pending).toBeLessThan(10);
    // Nothing is applied, and the version is not noted.
    expect(await ledgerText()).toBe(before);
    expect(await must(server(), "GET", `/${database}/_design/brood`)).toMatchObject(docOf(viewWith(old)));
    expect(await registry()).toMatchObject({ groups: [{ designDoc: "brood", name, databases: [database] }] });

    const [planned] = (await plan(files)).steps;
    expect(planned?.rebuilds).toMatchObject([{ reuses: name, staged: true, ahead: { name, ready: true } }]);
    const shown = await status(files);
    expect(shown.staged).toMatchObject([{ designDoc: "brood", databases: [{ database, ready: true }] }]);
    expect(shown.staged?.[0]).not.toHaveProperty("remove");
    expect(shown.runs).toMatchObject([
      { command: "stage", result: "staged", staged: ["views"] },
      { result: "applied" },
    ]);
    const edited = await status(await versionOf(database, hotfix));
    expect(edited.staged?.[0]?.remove).toContain("couchdb-migrate stage --abort");

    const behind: number[] = [];
    const applied = await apply(files, {
      emit: (event) => void (event.type === "step-progress" && behind.push(event.total - event.done)),
    });
    expect(applied).toMatchObject({ applied: ["views"], failures: [] });
    expect(Math.max(...behind)).toBeLessThan(10);
    expect(await indexState(database, "brood")).toMatchObject({ signature: built.signature });
    expect(await designDocs(server(), database)).toEqual(["brood"]);
    expect(await status(files)).not.toHaveProperty("staged");
  });

  it("sends no request that writes if everything is built already", async () => {
    const { database, stage } = await scene();
    const files = await versionOf(database, next);
    const first = await stage(files);
    expect(first.requests.writes).toBeGreaterThan(0);
    const again = await stage(files);
    expect(again).toMatchObject({ result: "staged", staged: first.staged, requests: { writes: 0 } });
  });

  it("does not hold the lease while it builds: the old version starts, and writes nothing", async () => {
    const { database, stage, apply } = await scene();
    const files = await versionOf(database, old);
    await apply(files);
    const { emit, seen } = firstProgress();
    let done = false;
    const staging = stage(await versionOf(database, next), { emit }).finally(() => {
      done = true;
    });
    await seen;
    const started = await apply(files, { leaseWait: 0, onOlder: "fail" });
    expect(started).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    const verified = await apply(files, { leaseWait: 0, verify: true });
    expect([done, verified.requests.writes]).toEqual([false, 0]);
    expect(await staging).toMatchObject({ result: "staged" });
    // The new version was not noted.
    expect(await apply(files)).toMatchObject({ result: "unchanged" });
  });

  it("is kept by the apply of a hotfix that changes the same design document", async () => {
    const { database, stage, apply } = await scene();
    await apply(await versionOf(database, old));
    const files = await versionOf(database, next);
    const { staged } = await stage(files);
    const name = staged[0]?.name ?? "";
    const { signature } = await indexState(database, name);
    expect(await apply(await versionOf(database, hotfix))).toMatchObject({ applied: ["views"] });
    expect(await designDocs(server(), database)).toEqual(["brood", name]);
    expect(await must(server(), "GET", `/${database}/_design/brood`)).toMatchObject(docOf(viewWith(hotfix)));
    expect(await stage(files)).toMatchObject({ requests: { writes: 0 } });
    expect(await apply(files)).toMatchObject({ applied: ["views"] });
    expect(await indexState(database, "brood")).toMatchObject({ signature });
    expect(await designDocs(server(), database)).toEqual(["brood"]);
  });

  it("shares no document with another set that stages the same index", async () => {
    const one = await scene({ set: "one" });
    const { database, ledger } = one;
    const two = await scene({ set: "two", database, ledger });
    const files = await versionOf(database, next);
    const [first, second] = [(await one.stage(files)).staged[0]?.name, (await two.stage(files)).staged[0]?.name];
    expect(first).not.toBe(second);
    const removed = await two.abort();
    expect(removed).toMatchObject({ removed: [{ name: second }], failures: [] });
    // The other set still needs the index.
    expect(removed.removed[0]).not.toHaveProperty("bytes");
    expect(await designDocs(server(), database)).toEqual(["brood", first]);
    await two.stage(files);
    expect(await one.apply(files)).toMatchObject({ applied: ["views"] });
    expect(await designDocs(server(), database)).toEqual(["brood", second]);
  });

  it("replaces what was staged for files that were edited since, and says so", async () => {
    const { database, stage, status } = await scene();
    const name = (await stage(await versionOf(database, next))).staged[0]?.name;
    const again = await stage(await versionOf(database, hotfix));
    expect(again).toMatchObject({ result: "staged", replaced: [{ designDoc: "brood", name }] });
    expect(await designDocs(server(), database)).toEqual(["brood", again.staged[0]?.name]);
    expect((await status()).staged).toMatchObject([{ name: again.staged[0]?.name }]);
  });

  it("continues what an interrupted apply has started, and keeps it", async () => {
    const { database, stage, apply } = await scene();
    const files = await versionOf(database, next);
    const { emit, seen } = firstProgress();
    const stop = new AbortController();
    void seen.then(() => stop.abort());
    await expect(apply(files, { emit, signal: stop.signal })).rejects.toMatchObject({ code: "interrupted" });
    const [, name = ""] = await designDocs(server(), database);
    expect(await stage(files)).toMatchObject({ staged: [{ name }] });
    expect(await must(server(), "GET", `/${database}/_design/${name}`)).toMatchObject({
      "couchdb-migrate": { role: "staged", of: "brood", set: "default", ahead: true },
    });
  });

  it("ends well if an apply of the same version switches while it builds", async () => {
    const { database, stage, apply } = await scene();
    const files = await versionOf(database, next);
    const { emit, seen } = firstProgress();
    const staging = stage(files, { emit });
    await seen;
    expect(await apply(files)).toMatchObject({ applied: ["views"] });
    const result = await staging;
    // The apply may have waited until the end of the build.
    expect([...result.deployed, ...result.staged]).toMatchObject([{ designDoc: "brood" }]);
    expect(result.failures).toEqual([]);
    expect(await designDocs(server(), database)).toEqual(["brood"]);
  });

  it("is not applied to files that are older than what is applied", async () => {
    const { database, stage, apply } = await scene();
    const files = await versionOf(database, old);
    await apply(files);
    await apply(await versionOf(database, next), { release: 2 });
    expect(await stage(files)).toMatchObject({
      result: "older",
      skipped: ["views"],
      older: { by: "version" },
      requests: { writes: 0 },
    });
    await expect(stage(files, { onOlder: "fail" })).rejects.toMatchObject({
      code: "older-files",
      message: expect.stringMatching(/^NOT STAGED: /),
    });
    // Ahead of going back.
    expect(await stage(files, { allowRevert: true })).toMatchObject({ result: "staged" });
    const unknown = await versionOf(database, hotfix);
    await expect(stage(unknown, { release: 1 })).rejects.toMatchObject({ code: "release-refused" });
  });

  it("refuses the step that apply would refuse, and stages the others", async () => {
    const { database, stage } = await scene();
    const other = await bigDatabase(server(), documents);
    const step = (id: string, at: string, options = {}) => ({
      id,
      ensureDesignDocs: { database: at, docs: { brood: docOf(viewWith(next), { options }) } },
    });
    const steps = [step("strict", database, { partitioned: true }), step("free", other)];
    const files = await filesOf(JSON.stringify(steps));
    const result = await stage(files);
    expect(result).toMatchObject({
      result: "failed",
      failures: [{ id: "strict", database, code: "refused" }],
      staged: [{ id: "free", database: other }],
    });
    expect(await designDocs(server(), database)).toEqual(["brood"]);
  });

  it("continues in the other databases of a pattern if one fails, and counts those without work", async () => {
    const { stage } = await scene();
    const stem = uniqueName("tenant");
    const names = ["a", "b", "c", "small"].map((end) => databaseName("", server(), `${stem}-${end}`));
    const [, b = ""] = names;
    for (const name of names) {
      await must(server(), "PUT", `/${name}`);
      await must(server(), "PUT", `/${name}/_design/brood`, { body: docOf(viewWith(old)) });
      const docs = Array.from({ length: name.endsWith("small") ? 3 : documents }, (_, n) => ({ n, kind: "drone" }));
      await must(server(), "POST", `/${name}/_bulk_docs`, { body: { docs } });
    }
    const theirs = stagedName("default", "brood", docOf(viewWith(next)));
    await must(server(), "PUT", `/${b}/_design/${theirs}`, { body: { theirs: true } });
    const result = await stage(await versionOf(`${stem}-*`, next));
    expect(result).toMatchObject({
      result: "failed",
      nothingAhead: 1,
      failures: [{ id: "views", database: b, code: "refused" }],
    });
    expect(result.staged.map(({ database }) => database).sort()).toEqual([names[0], names[2]]);
  });

  it("stages no version whose reduce fails", async () => {
    const { database, stage, status } = await scene();
    const overflow = {
      map: "function (doc) { emit(doc.n, 'spawning pool'); }",
      reduce: "function (keys, values) { return values; }",
    };
    const docs = { brood: { views: { "by-kind": byKind, changing: overflow } } };
    const result = await stage(await filesOf(JSON.stringify([{ id: "views", ensureDesignDocs: { database, docs } }])));
    expect(result).toMatchObject({ result: "failed", staged: [], failures: [{ database, code: "step-failed" }] });
    expect(await designDocs(server(), database)).toEqual(["brood"]);
    expect(await status()).not.toHaveProperty("staged");
  });

  it("also builds the indexes of new design documents, which apply writes without waiting", async () => {
    const { database, stage, apply } = await scene();
    const index = {
      language: "query",
      views: {
        "by-n": {
          map: { fields: { n: "asc" }, partial_filter_selector: {} },
          reduce: "_count",
          options: { def: { fields: ["n"] } },
        },
      },
    };
    const docs = { fresh: docOf(viewWith(next)), planner: index };
    const files = await filesOf(JSON.stringify([{ id: "views", ensureDesignDocs: { database, docs } }]));
    const { staged } = await stage(files);
    expect(staged.map(({ designDoc }) => designDoc)).toEqual(["fresh", "planner"]);
    const built = await Promise.all(staged.map(({ name }) => indexState(database, name)));
    expect(await apply(files)).toMatchObject({ applied: ["views"] });
    expect(await designDocs(server(), database)).toEqual(["brood", "fresh", "planner"]);
    for (const [i, { designDoc }] of staged.entries()) {
      const { signature, pending } = await indexState(database, designDoc);
      expect([signature, pending < 10]).toEqual([built[i]?.signature, true]);
    }
    expect(await apply(files, { verify: true })).toMatchObject({ result: "unchanged" });
  });

  it("builds Mango indexes ahead, too", async () => {
    const { database, stage, apply, plan } = await scene();
    const indexes = { "by-n": { index: { fields: ["n"] } } };
    const files = await filesOf(JSON.stringify([{ id: "index", ensureIndexes: { database, indexes } }]));
    const { staged } = await stage(files);
    expect(staged).toMatchObject([{ designDoc: "mango-by-n" }]);
    expect((await plan(files)).steps[0]?.rebuilds).toMatchObject([{ ahead: { ready: true } }]);
    expect(await apply(files)).toMatchObject({ applied: ["index"] });
    expect(await designDocs(server(), database)).toEqual(["brood", "mango-by-n"]);
  });

  it.each<[string, object]>([
    ["that is deployed in place", { deploy: "inPlace" }],
    ["that is applied already", {}],
  ])("writes nothing for a step %s", async (_, more) => {
    const { database, stage, apply, registry } = await scene();
    const files = await versionOf(database, next, more);
    if (!("deploy" in more)) await apply(files);
    expect(await stage(files)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    expect(await registry()).toBeUndefined();
  });

  it("drops what was deployed from its list when it stages again", async () => {
    const { database, stage, apply, registry } = await scene();
    const first = await stage(await versionOf(database, next));
    await apply(await versionOf(database, next));
    expect((await registry())?.groups).toMatchObject([{ name: first.staged[0]?.name }]);
    const second = await stage(await versionOf(database, hotfix));
    expect((await registry())?.groups).toMatchObject([{ name: second.staged[0]?.name, databases: [database] }]);
  });
});

onReal("stage --abort", () => {
  it("removes what was staged and says what it freed", async () => {
    const { database, stage, abort, status, registry } = await scene();
    const { staged } = await stage(await versionOf(database, next));
    const removed = await abort();
    expect(removed).toMatchObject({ removed: [{ database, designDoc: "brood", name: staged[0]?.name }], failures: [] });
    expect(removed.removed[0]?.bytes).toBeGreaterThan(1_000);
    expect(await designDocs(server(), database)).toEqual(["brood"]);
    expect(await registry()).toMatchObject({ aborts: 1, groups: [] });
    expect((await status()).runs[0]).toMatchObject({ command: "stage --abort", result: "removed" });
    expect(await abort()).toMatchObject({ removed: [], requests: { writes: 0 } });
  });

  it("ends a stage that runs, which does not stage anything again", async () => {
    const { database, stage, abort } = await scene();
    const other = await bigDatabase(server(), documents);
    const steps = [database, other].map((at, i) => ({
      id: `views-${i}`,
      ensureDesignDocs: { database: at, docs: { brood: docOf(viewWith(next)) } },
    }));
    const { emit, seen } = firstProgress();
    const staging = stage(await filesOf(JSON.stringify(steps)), { emit });
    const ended = expect(staging).rejects.toMatchObject({
      code: "staged-removed",
      data: { result: { result: "failed" } },
    });
    await seen;
    expect((await abort()).removed).not.toEqual([]);
    await ended;
    for (const at of [database, other]) expect(await designDocs(server(), at)).toEqual(["brood"]);
  });

  it("ends the earlier one of two stages of one set with different files, which is recorded as failed", async () => {
    const { database, stage, status } = await scene();
    const { emit, seen } = firstProgress();
    const first = stage(await versionOf(database, next), { emit });
    const ended = expect(first).rejects.toMatchObject({ code: "staged-removed" });
    await seen;
    const second = await stage(await versionOf(database, hotfix));
    await ended;
    expect(await designDocs(server(), database)).toEqual(["brood", second.staged[0]?.name]);
    expect((await status()).runs.map(({ command, result }) => [command, result]).sort()).toEqual([
      ["stage", "failed"],
      ["stage", "staged"],
    ]);
  });

  it("ignores databases that were deleted", async () => {
    const { stage, abort } = await scene();
    const gone = await freshDatabase("gone");
    await must(server(), "PUT", `/${gone}/_design/brood`, { body: docOf(viewWith(old)) });
    const docs = Array.from({ length: documents }, (_, n) => ({ n, kind: "drone" }));
    await must(server(), "POST", `/${gone}/_bulk_docs`, { body: { docs } });
    expect(await stage(await versionOf(gone, next))).toMatchObject({ result: "staged" });
    await must(server(), "DELETE", `/${gone}`);
    expect(await abort()).toMatchObject({ removed: [], failures: [] });
  });
});

describe("on the embedded server or a small database", () => {
  it("writes nothing if there is nothing to build ahead", async () => {
    const { stage, ledger } = await scene({ database: await freshDatabase("small") });
    const database = await freshDatabase("small");
    expect(await stage(await versionOf(database, next))).toMatchObject({
      result: "unchanged",
      nothingAhead: 1,
      requests: { writes: 0 },
    });
    expect(await must(server(), "GET", `/${ledger}`)).toMatchObject({ doc_count: 0 });
  });

  it("counts a database once in which several steps have nothing to build ahead", async () => {
    const { database, stage } = await scene({ database: await freshDatabase("small") });
    const steps = ["one", "two"].map((name) => ({
      id: name,
      ensureDesignDocs: { database, docs: { [name]: docOf(viewWith(next)) } },
    }));
    expect(await stage(await filesOf(JSON.stringify(steps)))).toMatchObject({ result: "unchanged", nothingAhead: 1 });
  });
});
