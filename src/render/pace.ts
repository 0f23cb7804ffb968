/** How fast long work goes, and how long it will still take, from the progress that it says. Pure but for the clock. */

/** What is measured: `step-progress` events, or anything else that says how far it is. */
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

/** Milliseconds. What was long ago says little of now; what was just now, as good as nothing. */
const window = 60_000;
const shortest = 1_000;

export class PaceMeter {
  readonly #now: () => number;
  readonly #samples = new Map<string, Sample[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes progress in. `key`: what it is the progress of. Undefined as long as too little is known, or all is done. */
  measure(key: string, { done, total }: Done): Pace | undefined {
    const at = this.#now();
    const before = this.#samples.get(key) ?? [];
    // It began anew, as an index does when its server is restarted.
    const kept = done < (before.at(-1)?.done ?? 0) ? [] : before;
    // One sample from before the window stays, so that rare ones are enough.
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
