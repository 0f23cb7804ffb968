/**
 * The rule of older files against a small model of ledger and server: pods of any version start, in any order and side
 * by side, take the lease, read, note, write, fail and are killed between any two of these. What the contract promises
 * must hold for each sequence, and nothing more.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { noteVersion } from "../../src/ledger/note-version.js";
import { type Noted, newestVersion, standingOf } from "../../src/ledger/standing.js";

const versions = [1, 2, 3, 4] as const;
const secretValues = [1, 2] as const;

/**
 * The two steps of a version. The first has only two forms, so that it may already hold; the second also has a secret.
 */
const stepsOf = (version: number, secrets: number): readonly string[] => [
  `a${version % 2}`,
  `b${version}, secrets ${secrets}`,
];

interface Start {
  readonly version: number;
  readonly secrets: number;
  readonly release: number | undefined;
  readonly allowRevert: boolean;
  /** The number of its requests before it is killed: noting, and one for each step that it writes. */
  readonly requests: number;
  /** The step that fails before its first write, if the pod gets that far. */
  readonly fails: number | undefined;
}

interface Server {
  readonly ledger: Noted & { readonly secrets: readonly number[] };
  /** The forms of the steps that were written last. */
  readonly holds: readonly string[];
}

interface Outcome {
  readonly server: Server;
  readonly standing: ReturnType<typeof standingOf>;
  /** It has written a step. */
  readonly changed: boolean;
  readonly end: "done" | "failed" | "killed";
}

const empty: Server = { ledger: { secrets: [] }, holds: ["nothing", "nothing"] };
const toTheEnd = { requests: Number.POSITIVE_INFINITY, fails: undefined };

function standingIn(
  { ledger }: Server,
  { version, secrets, release, allowRevert }: Omit<Start, keyof typeof toTheEnd>,
) {
  const files = {
    version: `v${version}`,
    release: release === undefined ? undefined : String(release),
    formerSecrets: ledger.secrets.includes(secrets) && ledger.secrets.at(-1) !== secrets,
  };
  return { files, standing: standingOf(ledger, files, allowRevert) };
}

/** One pod, from its first read to its end; it is alone under the lease. */
function start(before: Server, one: Start): Outcome {
  const { version, secrets, requests, fails } = one;
  const { files, standing } = standingIn(before, one);
  let { ledger, holds } = before;
  let left = requests;
  let noted = false;
  let changed = false;
  /** False: the pod is killed before the request. */
  const sends = () => {
    left -= 1;
    return left >= 0;
  };
  const note = () => {
    if (noted) return true;
    noted = true;
    const known = [...ledger.secrets.filter((value) => value !== secrets), secrets];
    const isNoted = standing.is === "current" && ledger.secrets.at(-1) === secrets;
    if (isNoted) return true;
    if (!sends()) return false;
    ledger = { ...(standing.is === "newer" ? noteVersion(ledger, files) : ledger), secrets: known };
    return true;
  };
  const outcome = (end: Outcome["end"]): Outcome => ({ server: { ledger, holds }, standing, changed, end });
  if (standing.is !== "newer" && standing.is !== "current") return outcome("done");
  for (const [index, form] of stepsOf(version, secrets).entries()) {
    if (index === fails) return outcome("failed");
    if (holds[index] === form) continue;
    if (!note() || !sends()) return outcome("killed");
    holds = holds.with(index, form);
    changed = true;
  }
  return outcome(note() ? "done" : "killed");
}

const pod = (release: fc.Arbitrary<number | undefined>): fc.Arbitrary<Start> =>
  fc.record({
    version: fc.constantFrom(...versions),
    secrets: fc.constantFrom(...secretValues),
    release,
    allowRevert: fc.constant(false),
    requests: fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY),
    fails: fc.constantFrom(0, 1, undefined),
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

test.each([
  ["without", fc.constant(undefined)],
  ["with", fc.integer({ min: 1, max: 5 })],
])("%s releases, a run that fails before its first write does not change which files are older", (_, release) => {
  let failed = 0;
  fc.assert(
    fc.property(fc.array(pod(release), { maxLength: 12 }), (starts) => {
      play(starts, (before, one, { server, changed, end }) => {
        if (end !== "failed" || changed) return;
        failed += 1;
        for (const version of versions)
          for (const secrets of secretValues) {
            const other = { ...one, version, secrets };
            expect(standingIn(server, other)).toEqual(standingIn(before, other));
          }
      });
    }),
    runs,
  );
  expect(failed).toBeGreaterThan(0);
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
        const back = start(server, { ...last, ...toTheEnd, allowRevert: true });
        expect(back.standing.is).not.toBe("older");
        expect(start(back.server, last).standing.is).toBe("current");
      },
    ),
    runs,
  );
});
