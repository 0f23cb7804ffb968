/** When `dev` plays a round: with an injected watch, keys and rounds. */
import { expect, test } from "vitest";
import { type Loop, playRounds } from "../../../src/commands/dev/loop.js";
import { interrupt } from "../../../src/commands/keyboard.js";
import type { DevRound } from "../../../src/contract/dev.js";
import { MigrateError } from "../../../src/contract/errors.js";
import type { ResetPlan } from "../../../src/contract/reset.js";

const round: DevRound = { at: new Date(0), places: new Map(), written: [], orphans: [], errors: {} };
const plan: ResetPlan = { databases: [{ name: "a", documents: 1 }], objects: [], stays: [] };

/** Each entry is what happens while a round is played, and what the round is then. */
type Happening = (press: (key: string) => void) => Partial<DevRound> | undefined;

/** Plays until `q`; a change of a file is one call of `changes`. */
async function play(happenings: readonly Happening[], more: Partial<Loop> = {}) {
  let press: (key: string) => void = () => {};
  let listening = false;
  const played: string[] = [];
  const questions: (ResetPlan | undefined)[] = [];
  const waits: AbortSignal[] = [];
  await playRounds({
    watch: {
      next: async (signal) => {
        waits.push(signal);
        // No file changes any more.
        if (played.length === happenings.length && !signal.aborted) press("q");
      },
    },
    keyboard: {
      listen: (heard) => {
        press = heard;
        listening = true;
        return () => {
          listening = false;
        };
      },
    },
    signal: new AbortController().signal,
    asks: false,
    retry: 60_000,
    ask: (asked) => {
      questions.push(asked);
      if (asked) press("y");
    },
    play: async ({ agree, signal }) => {
      const agreed = agree ? await agree(plan) : undefined;
      played.push(agreed === undefined ? "round" : agreed ? "reset" : "no reset");
      const result = happenings[played.length - 1]?.(press) ?? {};
      signal.throwIfAborted();
      return { ...round, ...result };
    },
    ...more,
  });
  expect(listening).toBe(false);
  return { played, questions, waits };
}

const nothing: Happening = () => undefined;
const away: Happening = () => ({ errors: { apply: new MigrateError("unreachable", { message: "away" }) } });

test("plays a round at the start, and one after each change", async () => {
  expect((await play([nothing, nothing, nothing])).played).toEqual(["round", "round", "round"]);
});

test.each(["q", interrupt])("%j ends it, also in the middle of a round", async (key) => {
  expect((await play([nothing, (press) => void press(key)])).played).toEqual(["round", "round"]);
});

test("r resets, after the round that is being played", async () => {
  const { played, questions } = await play([(press) => void press("r"), nothing]);
  expect([played, questions]).toEqual([["round", "reset"], []]);
});

test("on a server that is not embedded, r asks once", async () => {
  const reset: Happening = (press) => void press("r");
  const { played, questions } = await play([reset, nothing], { asks: true });
  expect([played, questions]).toEqual([
    ["round", "reset"],
    [plan, undefined],
  ]);
});

test("a signal ends it", async () => {
  const stop = new AbortController();
  const { played } = await play([() => void stop.abort(), nothing], { signal: stop.signal });
  expect(played).toEqual(["round"]);
});

test("a server that is away is tried again without a change", async () => {
  const { waits } = await play([away, nothing], { retry: 0 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(waits.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test("a bug ends it with its error", async () => {
  const bug = () => Promise.reject(new Error("bug"));
  await expect(play([nothing], { play: bug })).rejects.toThrow("bug");
});
