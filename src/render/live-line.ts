/** The last line of a terminal: what is under way and how far it is. */
import type { Event } from "../events.js";
import { visible } from "../text/visible.js";
import { percent, progressText } from "./describe-event.js";
import type { LogOptions } from "./log.js";

const bar = 20;
/** No more often than the eye follows. */
const drawInterval = 100;

export class LiveLine {
  readonly #options: LogOptions;
  readonly #now: () => number;
  readonly #underWay = new Map<string, { text: string; percent?: number }>();
  #drawn = false;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(options: LogOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  hear(event: Event): void {
    if (event.type === "step-begin") {
      this.#underWay.set(event.id, { text: visible(`${event.id}: ${event.title}`) });
      this.draw();
    } else if (event.type === "step-progress") {
      // Last in the map is what is shown.
      this.#underWay.delete(event.id);
      this.#underWay.set(event.id, { text: progressText(event), percent: percent(event) });
      if (this.#now() - this.#drawnAt >= drawInterval) this.draw();
    } else if (event.type === "step-end" || event.type === "step-failed") {
      this.#underWay.delete(event.id);
      this.clear();
    }
  }

  draw(): void {
    const last = [...this.#underWay.values()].at(-1);
    if (!last) {
      this.clear();
      return;
    }
    const others = this.#underWay.size - 1;
    const more = others > 0 ? ` (+${others} more)` : "";
    const columns = this.#options.stream.columns || 80;
    const text = this.#options.redact(`${barText(last.percent)}${last.text}${more}`);
    this.#options.stream.write(`\r\x1b[2K${[...text].slice(0, columns - 1).join("")}`);
    this.#drawn = true;
    this.#drawnAt = this.#now();
  }

  clear(): void {
    if (!this.#drawn) return;
    this.#options.stream.write("\r\x1b[2K");
    this.#drawn = false;
  }

  close(): void {
    this.#underWay.clear();
    this.clear();
  }
}

function barText(percent: number | undefined): string {
  if (percent === undefined) return "";
  const full = Math.round((percent / 100) * bar);
  return `[${"#".repeat(full)}${"-".repeat(bar - full)}] `;
}
