/** Plays rounds: after each change of a file, after a key, and repeatedly while the server is away. */
import type { DevRound } from "../../contract/dev.js";
import type { ResetPlan } from "../../contract/reset.js";
import type { Watch } from "../../files/watch.js";
import { isEmpty } from "../../render/reset-text.js";
import { interrupt, type Keyboard } from "../keyboard.js";

export interface Loop {
  readonly watch: Pick<Watch, "next">;
  readonly keyboard: Keyboard | undefined;
  /** Ends the loop, as `q` does. */
  readonly signal: AbortSignal;
  /** A reset needs a `y`. */
  readonly asks: boolean;
  /** How long to wait for a server that is away, in milliseconds. */
  readonly retry: number;
  play(options: Pick<PlayOptions, "signal" | "agree">): Promise<DevRound>;
  /** Shows the question, or, with `undefined`, that it is answered. */
  ask(plan: ResetPlan | undefined): void;
}

interface PlayOptions {
  readonly signal: AbortSignal;
  readonly agree: ((plan: ResetPlan) => Promise<boolean>) | undefined;
}

export async function playRounds({ watch, keyboard, signal, asks, retry, play, ask }: Loop): Promise<void> {
  const quit = new AbortController();
  const ended = AbortSignal.any([signal, quit.signal]);
  let resets = false;
  let woken = new AbortController();
  let answer: ((key: string) => void) | undefined;
  const agree = async (plan: ResetPlan): Promise<boolean> => {
    if (!asks || isEmpty(plan)) return true;
    const answered = new Promise<string>((resolve) => {
      answer = resolve;
      ended.addEventListener("abort", () => resolve(""), { once: true });
    });
    ask(plan);
    const key = await answered;
    answer = undefined;
    ask(undefined);
    return key.toLowerCase() === "y";
  };
  const deaf = keyboard?.listen((key) => {
    if (key === interrupt || key === "q") quit.abort();
    else if (answer) answer(key);
    else if (key === "r") {
      resets = true;
      woken.abort();
    }
  });
  try {
    while (!ended.aborted) {
      woken = new AbortController();
      const now = resets;
      resets = false;
      const round = await play({ signal: ended, agree: now ? agree : undefined }).catch((error: unknown) => {
        if (ended.aborted) return undefined;
        throw error;
      });
      if (!round || ended.aborted) break;
      if (resets) continue;
      const again = isAway(round) ? [AbortSignal.timeout(retry)] : [];
      await watch.next(AbortSignal.any([ended, woken.signal, ...again]));
    }
  } finally {
    deaf?.();
  }
}

function isAway({ errors, applied }: DevRound): boolean {
  const codes = [errors.apply?.code, errors.reset?.code, ...(applied?.failures ?? []).map(({ code }) => code)];
  return codes.some((code) => code === "unreachable" || code === "not-couchdb");
}
