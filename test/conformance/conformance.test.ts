/** Every step kind passes this suite; see case.ts for how to add a kind. */
import { existsSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { apply, type Plan, plan } from "../../src/index.js";
import { kinds } from "../../src/kinds/index.js";
import type { StepKind } from "../../src/steps/kind.js";
import { server } from "../support/servers.js";
import type { Case } from "./case.js";
import { openScene, type Scene } from "./scene.js";

const found = await Promise.all(
  kinds.map(async (kind) => {
    const file = new URL(`./cases/${kebab(kind.name)}.ts`, import.meta.url);
    const { cases }: { cases: readonly Case[] } = existsSync(file) ? await import(file.href) : { cases: [] };
    return { kind, cases };
  }),
);

for (const { kind, cases } of found) {
  describe(kind.name, () => {
    it("has a case", () => {
      expect(cases, `test/conformance/cases/${kebab(kind.name)}.ts`).not.toHaveLength(0);
    });

    for (const [number, example] of cases.entries()) {
      const { needs, from } = example;
      const lacks = needs && !server().has(needs) ? "a CouchDB" : from && !server().isFrom(from) && `CouchDB ${from}`;
      describe.skipIf(lacks)(lacks ? `${example.title} (left out: needs ${lacks})` : example.title, () => {
        const undisturbed = inTurn(kind, example);
        undisturbedBy(
          kind,
          example,
          losses.filter((_, i) => number === 0 || i === number % 2),
          undisturbed,
        );
      });
    }
  });
}

interface Undisturbed {
  /** Of the step's own writes; unknown before the run. */
  writes?: number;
}

/** One scenario, from an empty server to a lost ledger. */
function inTurn(kind: StepKind, example: Case): Undisturbed {
  const undisturbed: Undisturbed = {};
  let scene: Scene;
  const ids = () => scene.migrations.steps.map(({ id }) => id);
  const planned = (more = {}) => plan(scene.migrations, { ...scene.options, ...more });
  const applied = (more = {}) => apply(scene.migrations, { ...scene.options, ...more });
  // The ledger knows which databases existed; any other change is found by reading the server.
  const isListed = kind.scope === "database" && (kind.lifecycle?.creates ?? kind.lifecycle?.removes) !== undefined;
  const known = isListed && !example.databaseStays;
  const drifted = known ? "pending" : "drifted";

  beforeAll(async () => {
    scene = await openScene(kind, example);
    return scene.close;
  });
  beforeEach(() => scene.proxy.reset());

  it("is planned without a write", async () => {
    const { steps, changes } = await planned();
    expect(steps.map(({ kind, state }) => [kind, state])).toEqual(ids().map(() => [kind.name, "pending"]));
    expect(changes).toBe(ids().length);
    expect(scene.proxy.writes()).toEqual([]);
  });

  it("is created", async () => {
    expect(await applied()).toMatchObject({ result: "applied", applied: ids(), failures: [] });
    undisturbed.writes = scene.writesBesideLedger().length;
    expect(undisturbed.writes).toBeGreaterThan(0);
    await example.expectState(scene.place);
  });

  it("is left alone by a second run, which writes nothing", async () => {
    const result = await applied();
    expect(result).toMatchObject({ result: "unchanged", applied: [], adopted: [], unchanged: ids(), failures: [] });
    expect(result.requests).toEqual({ reads: scene.proxy.requests.length, writes: 0 });
    expect(scene.proxy.writes()).toEqual([]);
  });

  it.each([{ verify: false }, { verify: true }])("leaves nothing to plan (verify: $verify)", async (look) => {
    const { steps, changes } = await planned(look);
    expect(steps.map(({ state, action, changes }) => ({ state, action, changes }))).toEqual(
      ids().map(() => ({ state: "applied", action: example.kept ? "keep" : "none", changes: [] })),
    );
    expect(changes).toBe(0);
    expect(scene.proxy.writes()).toEqual([]);
  });

  describe.skipIf(kind.nature?.lifetime === "once")("drift", () => {
    it("shows its drift in the plan, and counts it with --verify", async () => {
      await example.drift?.(scene.place);
      await expect(Promise.resolve(scene.place).then(example.expectState), "drift() drifts").rejects.toThrow();
      const shown = await planned();
      const counted = await planned({ verify: true });
      for (const { steps } of [shown, counted]) {
        const step = steps.find(({ id }) => id === ids().at(-1));
        expect(step).toMatchObject({ state: drifted });
        expect(step?.changes).not.toEqual([]);
      }
      expect(shown.changes).toBe(kind.nature?.lifetime === "volatile" || known ? 1 : 0);
      expect(counted.changes).toBe(1);
      expect(scene.proxy.writes()).toEqual([]);
    });

    it("is repaired with --verify, as its plan says", async () => {
      const approved = { verify: true, plan: fromFile(await planned({ verify: true })) };
      expect(await applied(approved)).toMatchObject({ applied: [ids().at(-1)], failures: [] });
      await example.expectState(scene.place);
      expect(await planned({ verify: true })).toMatchObject({ changes: 0 });
    });
  });

  it("is adopted after the ledger is lost, and nothing but the ledger is written", async () => {
    await scene.loseLedger();
    const found = example.kept ? { adopted: [], kept: ids().map((id) => ({ id })) } : { adopted: ids(), kept: [] };
    expect(await applied()).toMatchObject({ applied: [], ...found, failures: [] });
    expect(scene.writesBesideLedger()).toEqual([]);
    expect(scene.proxy.writes()).not.toEqual([]);
    await example.expectState(scene.place);
    scene.proxy.reset();
    expect(await applied()).toMatchObject({ result: "unchanged" });
    expect(scene.proxy.writes()).toEqual([]);
  });
  return undisturbed;
}

/** A kind's first case meets both, the others one of them: the crash matrix has both for every request. */
const losses = ["lost-before", "lost-after"] as const;

/**
 * Each of the step's own writes is lost, one after another, each in a separate scene. All runs have the same approved
 * plan.
 */
function undisturbedBy(
  kind: StepKind,
  example: Case,
  faults: readonly (typeof losses)[number][],
  undisturbed: Undisturbed,
): void {
  it.each(faults)("converges if one of its writes is %s", async (fault) => {
    const { writes = Number.POSITIVE_INFINITY } = undisturbed;
    for (let k = 1; k <= writes; k++) {
      const scene = await openScene(kind, example);
      onTestFinished(scene.close);
      const { place, proxy, migrations } = scene;
      const approved = fromFile(await plan(migrations, scene.options));
      const options = { ...scene.options, plan: approved };
      proxy.faultWhen(() => scene.writesBesideLedger().length === k, fault);
      // The run may recover from the loss, or report a failure; the next run has to succeed.
      await apply(migrations, options).catch(() => {});
      const reached = scene.writesBesideLedger().length >= k;
      expect(await apply(migrations, options)).toMatchObject({ failures: [] });
      await example.expectState(place);
      expect(await plan(migrations, { ...options, verify: true })).toMatchObject({ changes: 0 });
      if (!reached) break;
    }
  });
}

/** As a file stores it. */
function fromFile(planned: Plan): Plan {
  return JSON.parse(JSON.stringify(planned));
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
