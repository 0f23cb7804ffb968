/** Every step kind passes this suite; see case.ts for how one takes part. */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { apply, loadMigrations, type Migrations, plan } from "../../src/index.js";
import { kinds } from "../../src/steps/index.js";
import { removeDatabase, uniqueName } from "../support/databases.js";
import { type RecordingProxy, startProxy } from "../support/proxy.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { makeFolder, removeFolder, writeFiles } from "../support/temp.js";
import type { Case, Place } from "./case.js";

const found = await Promise.all(
  kinds.map(async (kind) => {
    const file = new URL(`./cases/${kebab(kind.name)}.ts`, import.meta.url);
    const { cases }: { cases: readonly Case[] } = existsSync(file) ? await import(file.href) : { cases: [] };
    return { kind, cases };
  }),
);

describe.each(found)("$kind.name", ({ kind, cases }) => {
  it("has a case", () => {
    expect(cases, `test/conformance/cases/${kebab(kind.name)}.ts`).not.toHaveLength(0);
  });

  const able = cases.filter(({ needs }) => needs === undefined || server().has(needs));
  describe.each(able)("$title", (example) => {
    const place: Place = { server: server(), name: uniqueName("conformance") };
    const ledgerDatabase = `${place.name}-ledger`;
    let folder: string;
    let proxy: RecordingProxy;
    let migrations: Migrations;
    const ids = () => migrations.steps.map(({ id }) => id);
    const last = () => ids().at(-1);
    const options = () => ({
      connection: { url: proxy.url, username: place.server.admin.name, password: place.server.admin.password },
      ledgerDatabase,
      allowDestroy: kind.destroys === true,
      wait: 5_000,
      leaseTtl: 2_000,
    });

    beforeAll(async () => {
      folder = await makeFolder();
      await writeFiles(folder, { "001.yaml": example.yaml(place), ...example.files?.(place) });
      proxy = await startProxy(place.server.url);
      await must(place.server, "PUT", `/${ledgerDatabase}`);
      await example.prepare?.(place);
      migrations = await loadMigrations(folder, { env: {} });
    });
    beforeEach(() => proxy.reset());
    afterAll(async () => {
      await example.cleanUp?.(place);
      await removeDatabase(place.name);
      await removeDatabase(ledgerDatabase);
      await proxy.close();
      await removeFolder(folder);
    });

    it("is planned without a request that writes", async () => {
      const planned = await plan(migrations, options());
      expect(planned.steps.map(({ kind, state }) => [kind, state])).toEqual(ids().map(() => [kind.name, "pending"]));
      expect(planned.changes).toBe(ids().length);
      expect(proxy.writes()).toEqual([]);
    });

    it("is created", async () => {
      expect(await apply(migrations, options())).toMatchObject({ result: "applied", applied: ids(), failures: [] });
      await example.expectState(place);
    });

    it("is left alone by a second run, which sends no request that writes", async () => {
      const result = await apply(migrations, options());
      expect(result).toMatchObject({ result: "unchanged", applied: [], adopted: [], unchanged: ids(), failures: [] });
      expect(result.requests).toEqual({ reads: proxy.requests.length, writes: 0 });
      expect(proxy.writes()).toEqual([]);
    });

    it.each([{ verify: false }, { verify: true }])("leaves nothing to plan ($verify)", async (look) => {
      const planned = await plan(migrations, { ...options(), ...look });
      expect(planned.steps.map(({ state, action, changes }) => ({ state, action, changes }))).toEqual(
        ids().map(() => ({ state: "applied", action: "none", changes: [] })),
      );
      expect(planned.changes).toBe(0);
      expect(proxy.writes()).toEqual([]);
    });

    describe.skipIf(kind.oneTime)("drift", () => {
      it("is seen by the plan, and counted with --verify", async () => {
        await example.drift?.(place);
        await expect(
          Promise.resolve().then(() => example.expectState(place)),
          "drift() drifts",
        ).rejects.toThrow();
        const shown = await plan(migrations, options());
        const counted = await plan(migrations, { ...options(), verify: true });
        for (const { steps } of [shown, counted]) {
          const step = steps.find(({ id }) => id === last());
          expect(step).toMatchObject({ state: lostDatabase(kind) ? "pending" : "drifted" });
          expect(step?.changes).not.toEqual([]);
        }
        expect(shown.changes).toBe(kind.everyRun || lostDatabase(kind) ? 1 : 0);
        expect(counted.changes).toBe(1);
        expect(proxy.writes()).toEqual([]);
      });

      it("is repaired with --verify, and nothing else is written", async () => {
        expect(await apply(migrations, { ...options(), verify: true })).toMatchObject({
          applied: [last()],
          failures: [],
        });
        await example.expectState(place);
        expect((await plan(migrations, { ...options(), verify: true })).changes).toBe(0);
      });
    });

    it("is adopted where the ledger is lost, and nothing but the ledger is written", async () => {
      await must(place.server, "DELETE", `/${ledgerDatabase}`);
      await must(place.server, "PUT", `/${ledgerDatabase}`);
      expect(await apply(migrations, options())).toMatchObject({ applied: [], adopted: ids(), failures: [] });
      expect(proxy.writes().filter(({ path }) => !path.startsWith(`/${ledgerDatabase}/`))).toEqual([]);
      expect(proxy.writes()).not.toEqual([]);
      await example.expectState(place);
      proxy.reset();
      expect(await apply(migrations, options())).toMatchObject({ result: "unchanged" });
      expect(proxy.writes()).toEqual([]);
    });
  });
});

/** What drifts is the database itself: the ledger knows that it is gone. */
function lostDatabase(kind: { readonly creates?: unknown }): boolean {
  return kind.creates !== undefined;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
