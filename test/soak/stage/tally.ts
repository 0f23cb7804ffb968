/** What the readers saw, by phase, and the table of it. */
export const phases = ["control", "stage", "switch"] as const;
export type Phase = (typeof phases)[number];

/** A query that takes this many times as long as the longest one of the control phase counts as waiting. */
const longWait = 3;
/** Of each phase, and of violations that no reader saw. */
const shown = 5;

export interface Query {
  readonly milliseconds: number;
  /** The confirmed writes that its rows lack. */
  readonly behind: number;
  readonly fault?: string;
  readonly isError?: boolean;
}

export class Tally {
  /** A query that begins in one phase and ends in the next one belongs to the one that is not `control`. */
  phase: Phase = "control";
  readonly #queries: Record<Phase, Query[]> = { control: [], stage: [], switch: [] };
  readonly #shown = new Map<string, number>();
  /** Violations that are not wrong rows. */
  violations = 0;

  add(phase: Phase, query: Query): void {
    this.#queries[phase === "control" ? this.phase : phase].push(query);
    if (query.fault !== undefined) this.#show(phase, query.fault);
  }

  violation(text: string): void {
    this.violations += 1;
    this.#show("left", text);
  }

  count(phase: Phase): number {
    return this.#queries[phase].length;
  }

  get isClean(): boolean {
    return this.violations === 0 && phases.every((phase) => this.#faulty(phase).length === 0);
  }

  table(): string {
    const longest = (phase: Phase) => largest(this.#queries[phase].map(({ milliseconds }) => milliseconds));
    const control = longest("control");
    const rows = phases.map((phase) => {
      const queries = this.#queries[phase];
      const faulty = this.#faulty(phase);
      const waiting = queries.filter(({ milliseconds }) => milliseconds > longWait * control);
      return [
        phase,
        queries.length,
        faulty.filter(({ isError }) => !isError).length,
        faulty.filter(({ isError }) => isError).length,
        `${(longest(phase) / 1_000).toFixed(2)} s`,
        `${(longest(phase) / control).toFixed(2)} ×`,
        waiting.length,
        largest(queries.map(({ behind }) => behind)),
      ];
    });
    const heads = ["phase", "queries", "wrong", "errors", "longest", "against control", "waiting", "most behind"];
    return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  }

  #faulty(phase: Phase): Query[] {
    return this.#queries[phase].filter(({ fault }) => fault !== undefined);
  }

  #show(when: string, text: string): void {
    const times = (this.#shown.get(when) ?? 0) + 1;
    this.#shown.set(when, times);
    if (times <= shown) console.log(`VIOLATION, ${when}: ${text}`);
  }
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
