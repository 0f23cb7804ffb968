/**
 * The rule of older files against a small model of ledger and server: pods of any version start, in any order and side by
 * side, take the lease, note, write, fail and are killed between any two of these. What the contract promises has to hold
 * of each sequence, and no more is asked.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { noteVersion } from "../../src/ledger/note-version.js";
import { type Noted, newestVersion, standingOf } from "../../src/ledger/standing.js";

/** How far a pod comes before it is killed; `done`: to the end. */
const ends = ["looked", "noted", "wrote", "done"] as const;

interface Start {
  readonly version: number;
  readonly secrets: number;
  readonly release: number | undefined;
  readonly allowRevert: boolean;
  readonly end: (typeof ends)[number];
}

interface Server {
  readonly ledger: Noted & { readonly secrets: readonly number[] };
  /** What the last run has written, of which version. */
  readonly holds: string;
}

interface Outcome {
  readonly server: Server;
  readonly standing: ReturnType<typeof standingOf>;
  readonly changed: boolean;
}

const empty: Server = { ledger: { secrets: [] }, holds: "nothing" };

/** One pod, from its look to its end; under the lease it is alone. */
function start(server: Server, { version, secrets, release, allowRevert, end }: Start): Outcome {
  const { ledger } = server;
  const files = {
    version: `v${version}`,
    release: release === undefined ? undefined : String(release),
    formerSecrets: ledger.secrets.includes(secrets) && ledger.secrets.at(-1) !== secrets,
  };
  const standing = standingOf(ledger, files, allowRevert);
  const holds = `${files.version}, secrets ${secrets}`;
  const works = standing.is === "newer" || (standing.is === "current" && holds !== server.holds);
  if (!works || end === "looked") return { server, standing, changed: false };
  const noted = standing.is === "newer" ? noteVersion(ledger, files) : ledger;
  const known = [...ledger.secrets.filter((one) => one !== secrets), secrets];
  const after = { ...server, ledger: { ...noted, secrets: known } };
  if (end === "noted") return { server: after, standing, changed: false };
  return { server: { ...after, holds }, standing, changed: holds !== server.holds };
}

const pod = (release: fc.Arbitrary<number | undefined>): fc.Arbitrary<Start> =>
  fc.record({
    version: fc.integer({ min: 1, max: 4 }),
    secrets: fc.integer({ min: 1, max: 2 }),
    release,
    allowRevert: fc.constant(false),
    end: fc.constantFrom(...ends),
  });

/** Calls `check` for each start, with the server before it. */
function play(starts: readonly Start[], check: (before: Server, one: Start, outcome: Outcome) => void): void {
  let server = empty;
  for (const one of starts) {
    const outcome = start(server, one);
    check(server, one, outcome);
    server = outcome.server;
  }
}

const runs = { numRuns: Number(process.env.MODEL_RUNS ?? 3_000) };

test("without releases, no older version changes anything, and files that were never seen are applied", () => {
  fc.assert(
    fc.property(fc.array(pod(fc.constant(undefined)), { maxLength: 12 }), (starts) => {
      play(starts, ({ ledger }, { version }, { standing, changed, server }) => {
        const id = `v${version}`;
        const known = Object.hasOwn(ledger.versions ?? {}, id);
        const isOlder = known && newestVersion(ledger) !== id;
        if (isOlder) expect([standing.is, changed]).toEqual(["older", false]);
        if (!known) expect(standing.is).toBe("newer");
        if (changed) expect(newestVersion(server.ledger)).toBe(id);
      });
    }),
    runs,
  );
});

test("with releases, no lower one changes anything, and every higher one is applied", () => {
  const release = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(fc.array(pod(release), { maxLength: 12 }), (starts) => {
      play(starts, ({ ledger }, { release: own = 0 }, { standing, changed, server }) => {
        const applied = Number(ledger.release?.value ?? 0);
        if (own < applied)
          expect([standing.is === "older" || standing.is === "refused", changed]).toEqual([true, false]);
        if (own > applied) expect(standing.is).toBe("newer");
        expect(Number(server.ledger.release?.value ?? 0)).toBeGreaterThanOrEqual(applied);
      });
    }),
    runs,
  );
});

test("in the newest version, replaced secrets change nothing, and new ones are applied", () => {
  fc.assert(
    fc.property(fc.array(pod(fc.constant(undefined)), { maxLength: 12 }), (starts) => {
      play(starts, ({ ledger }, { version, secrets }, { standing, changed }) => {
        if (newestVersion(ledger) !== `v${version}`) return;
        const isFormer = ledger.secrets.includes(secrets) && ledger.secrets.at(-1) !== secrets;
        expect([standing.is, isFormer && changed]).toEqual([isFormer ? "older" : "current", false]);
      });
    }),
    runs,
  );
});

test("a rollback that is allowed once makes the old version the newest for all later pods", () => {
  fc.assert(
    fc.property(
      fc.array(pod(fc.constant(undefined)), { maxLength: 8 }),
      pod(fc.constant(undefined)),
      (starts, last) => {
        let server = empty;
        for (const one of starts) server = start(server, one).server;
        const back = start(server, { ...last, allowRevert: true, end: "done" });
        expect(back.standing.is).not.toBe("older");
        expect(start(back.server, last).standing.is).toBe("current");
      },
    ),
    runs,
  );
});
