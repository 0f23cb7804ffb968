/**
 * What all index builds of a run share, so that those that wait, for a turn or for a commit, cost the server as little as
 * one. Each running build is watched by itself.
 */
import pLimit, { type LimitFunction } from "p-limit";
import { sharedIn } from "../../couch/shared.js";
import type { DeployContext } from "./staged-write.js";

interface Turns {
  limit?: LimitFunction;
  readonly questions: LimitFunction;
}

export interface BuildTurns {
  /** Waits until a build may run, in the order of the calls. @returns ends the turn; a second call does nothing */
  take(): Promise<() => void>;
  /** Asks about an index that is built: one question at a time, in the order of the calls. */
  ask<T>(question: () => Promise<T>): Promise<T>;
}

function noTurns(): Turns {
  return { questions: pLimit(1) };
}

/** A run builds at most `builds` (from the context) indexes at a time on a server. */
export function buildTurns({ couch, builds = 1 }: Pick<DeployContext, "couch" | "builds">): BuildTurns {
  const turns = sharedIn(couch, noTurns);
  turns.limit ??= pLimit(builds);
  const { limit, questions } = turns;
  return {
    take: () => new Promise((begin) => void limit(() => new Promise<void>((end) => begin(end)))),
    ask: (question) => questions(question),
  };
}
