/** A `stage` that ends before the build does, and what it leaves in the lease. */
import { expect, it, onTestFinished } from "vitest";
import { designDocs } from "../../steps/design-docs/big-database.js";
import { startProxy } from "../../support/proxy.js";
import { must } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { firstProgress, scene, versionOf } from "./scene.js";

onReal("a stage that ends early", () => {
  it("is incomplete after its timeout, and continues", async () => {
    const proxy = await startProxy(server().url);
    onTestFinished(proxy.close);
    const { database, stage, status } = await scene({ url: proxy.url });
    const files = await versionOf(database, "-doc.n");
    // Nobody says how far the build is.
    proxy.faultWhen(({ path }) => path.includes("/_info"), "silence", Number.POSITIVE_INFINITY);
    await expect(stage(files, { timeout: 10_000 })).rejects.toMatchObject({
      code: "incomplete",
      data: { result: { result: "incomplete", unfinished: [{ database, designDoc: "brood" }], failures: [] } },
    });
    proxy.reset();
    expect((await status()).runs).toMatchObject([{ command: "stage", result: "incomplete" }]);
    const [, name] = await designDocs(server(), database);
    expect(await stage(files)).toMatchObject({ result: "staged", staged: [{ name }], requests: { writes: 0 } });
  });

  it("is interrupted by a signal, and leaves the lease free", async () => {
    const { database, stage, status } = await scene();
    const files = await versionOf(database, "-doc.n");
    const { emit, seen } = firstProgress();
    const stop = new AbortController();
    void seen.then(() => stop.abort());
    await expect(stage(files, { emit, signal: stop.signal })).rejects.toMatchObject({ code: "interrupted" });
    expect(await status()).toMatchObject({ lease: null, runs: [{ command: "stage", result: "interrupted" }] });
  });
});

onReal("the lease after a stage", () => {
  it("has what the last apply left in it, so that the next start is as fast as before", async () => {
    const { database, ledger, stage, apply } = await scene();
    await apply(await versionOf(database, "doc.n"));
    const lease = async () => must(server(), "GET", `/${ledger}/lease-default`);
    const before = await lease();
    expect(before.snapshot).toBeDefined();
    await stage(await versionOf(database, "-doc.n"));
    const after = await lease();
    expect(after.token).toBeGreaterThan(before.token);
    expect(after).toMatchObject({ holder: null, snapshot: before.snapshot });
  });
});
