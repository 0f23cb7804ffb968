/** The last lines of a terminal: the steps in progress, and a bar for each that reports its progress. */
import type { Event } from "../contract/events.js";
import { shortened } from "../text/cut.js";
import { grouped } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import type { StepProgress } from "./describe-event.js";
import type { LogOptions } from "./log.js";
import type { Pace } from "./pace.js";
import { progressLine } from "./progress-line.js";

/** The maximum number of lines; further steps are counted. */
const maxLines = 6;
const over: ReadonlySet<Event["type"]> = new Set(["step-end", "step-failed", "step-stopped"]);
/** Milliseconds. Faster updates would not be visible. */
const drawInterval = 100;

interface UnderWay {
  /** The step. */
  readonly id: string;
  /** The line, for a terminal of this width. */
  line(columns: number): string;
  readonly finished: boolean;
}

export class LiveLines {
  readonly #options: LogOptions;
  readonly #now: () => number;
  readonly #underWay = new Map<string, UnderWay>();
  #drawn = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(options: LogOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  hear(event: Event): void {
    if (event.type === "step-begin") {
      const text = visible(`${event.id}: ${event.title}`);
      this.#underWay.set(event.id, { id: event.id, line: (columns) => shortened(text, columns), finished: false });
      this.draw();
    } else if (over.has(event.type) && "id" in event) {
      this.#drop((one) => one.id === event.id);
      this.clear();
    }
  }

  /** @param key identifies the piece of work; each has its own bar */
  progress(key: string, event: StepProgress, pace: Pace | undefined): void {
    this.#underWay.delete(event.id);
    this.#drop((one) => one.id === event.id && one.finished);
    const finished = event.total > 0 && event.done >= event.total;
    const line = (columns: number) => progressLine(event, pace, columns);
    this.#underWay.set(key, { id: event.id, line, finished });
    if (this.#now() - this.#drawnAt >= drawInterval) this.draw();
  }

  draw(): void {
    this.clear();
    const all = [...this.#underWay.values()];
    if (all.length === 0) return;
    const more = all.length > maxLines ? ` (+${grouped(all.length - maxLines)} more)` : "";
    // A line that fills the last column would wrap.
    const columns = (this.#options.stream.columns || 80) - 1;
    const shown = all.slice(0, maxLines);
    const lines = shown.map(({ line }, i) => {
      const end = i === shown.length - 1 ? more : "";
      return line(columns - end.length) + end;
    });
    this.#options.stream.write(lines.join("\n"));
    this.#drawn = lines.length;
    this.#drawnAt = this.#now();
  }

  clear(): void {
    if (this.#drawn === 0) return;
    this.#options.stream.write(`\r\x1b[2K${"\x1b[1A\x1b[2K".repeat(this.#drawn - 1)}`);
    this.#drawn = 0;
  }

  close(): void {
    this.#underWay.clear();
    this.clear();
  }

  #drop(isOver: (one: UnderWay) => boolean): void {
    for (const [key, one] of this.#underWay) if (isOver(one)) this.#underWay.delete(key);
  }
}
