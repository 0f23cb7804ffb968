/** What the readers saw, by phase, and the table of it. */
export const phases = ["control", "stage", "switch"] as const;
export type Phase = (typeof phases)[number];

/**
 * How an answer differs from what it should be. The last two are what CouchDB itself does while a node fails, whether
 * anybody stages or not: compare their rates with those of the control phase.
 */
export const faultKinds = ["wrong", "error", "stale", "failing node"] as const;
export type FaultKind = (typeof faultKinds)[number];
const violations: readonly FaultKind[] = ["wrong", "error"];

/** A query that takes this many times as long as the longest one of the control phase counts as waiting. */
const longWait = 3;
/** Of each kind and phase, and of violations that no reader saw. */
const shown = 5;

export interface Fault {
  readonly kind: FaultKind;
  readonly text: string;
}

export interface Query {
  readonly milliseconds: number;
  /** The confirmed writes that its rows lack. */
  readonly behind: number;
  readonly fault?: Fault;
}

export class Tally {
  /** A query that begins in one phase and ends in the next one belongs to the one that is not `control`. */
  phase: Phase = "control";
  readonly #queries: Record<Phase, Query[]> = { control: [], stage: [], switch: [] };
  readonly #shown = new Map<string, number>();
  #last = { what: "", at: 0 };
  /** Violations that are not wrong rows. */
  violations = 0;
  /** Whether a node fails, or has not caught up yet. */
  nodeFails = false;

  /** What happened to a node, for messages. */
  happened(what: string): void {
    this.#last = { what, at: performance.now() };
  }

  add(begunIn: Phase, query: Query): void {
    const phase = begunIn === "control" ? this.phase : begunIn;
    this.#queries[phase].push(query);
    if (query.fault) this.#show(`${query.fault.kind}, ${phase}`, query.fault.text);
  }

  violation(text: string): void {
    this.violations += 1;
    this.#show("left", text);
  }

  count(phase: Phase): number {
    return this.#queries[phase].length;
  }

  get isClean(): boolean {
    return this.violations === 0 && phases.every((phase) => violations.every((kind) => this.#of(phase, kind) === 0));
  }

  table(): string {
    const longest = (phase: Phase) => largest(this.#queries[phase].map(({ milliseconds }) => milliseconds));
    const control = longest("control");
    const rows = phases.map((phase) => {
      const queries = this.#queries[phase];
      const waiting = queries.filter(({ milliseconds }) => milliseconds > longWait * control);
      return [
        phase,
        queries.length,
        ...faultKinds.map((kind) => rate(this.#of(phase, kind), queries.length)),
        `${(longest(phase) / 1_000).toFixed(2)} s`,
        `${(longest(phase) / control).toFixed(2)} ×`,
        waiting.length,
        largest(queries.map(({ behind }) => behind)),
      ];
    });
    const times = ["longest", "against control", "waiting"];
    const faults = ["wrong", "errors", "stale while a node fails", "errors while a node fails"];
    const heads = ["phase", "queries", ...faults, ...times, "most behind"];
    return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  }

  #of(phase: Phase, kind: FaultKind): number {
    return this.#queries[phase].filter(({ fault }) => fault?.kind === kind).length;
  }

  #show(when: string, text: string): void {
    const times = (this.#shown.get(when) ?? 0) + 1;
    this.#shown.set(when, times);
    const { what, at } = this.#last;
    const since = what && `, ${Math.round(performance.now() - at)} ms after ${what}`;
    if (times <= shown) console.log(`${when}${since}: ${text}`);
  }
}

function rate(count: number, all: number): string {
  return count === 0 ? "0" : `${count} (${((1_000 * count) / all).toFixed(1)} ‰)`;
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
