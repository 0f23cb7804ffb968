/** The speed of long work and the time that is left, computed from its progress. Pure except for the clock. */

/** The measured progress: `step-progress` events, or anything with the same fields. */
export interface Done {
  readonly done: number;
  readonly total: number;
}

export interface Pace {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly left: number;
}

interface Sample {
  readonly at: number;
  readonly done: number;
}

/** Milliseconds. A longer window would be out of date; a shorter one would be too unsteady. */
const window = 60_000;
const shortest = 1_000;

export class PaceMeter {
  readonly #now: () => number;
  readonly #samples = new Map<string, Sample[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Records progress. `key`: identifies the piece of work. Returns undefined while too little is known, or if
   * everything is done.
   */
  measure(key: string, { done, total }: Done): Pace | undefined {
    const at = this.#now();
    const before = this.#samples.get(key) ?? [];
    // It has started again, as an index does when its server restarts.
    const kept = done < (before.at(-1)?.done ?? 0) ? [] : before;
    // One sample from before the window is kept, so that infrequent samples are enough.
    const from = kept.findLastIndex((sample) => at - sample.at >= window);
    const samples = [...kept.slice(Math.max(0, from)), { at, done }];
    this.#samples.set(key, samples);
    const [first = { at, done }] = samples;
    const [time, made] = [at - first.at, done - first.done];
    if (time < shortest || made <= 0 || done >= total) return undefined;
    const perSecond = made / (time / 1000);
    return { perSecond, left: ((total - done) / perSecond) * 1000 };
  }
}
