/** The parts of a benchmark, and how they are measured. */

/** Duration of the whole process in milliseconds, memory, or bytes sent. */
export type Unit = "ms" | "MB" | "bytes";

export interface Row {
  readonly id: string;
  readonly work: string;
  /** Names of series. */
  readonly ours: string;
  readonly theirs?: string;
  /** A description of `theirs` for readers. */
  readonly against?: string;
  readonly unit: Unit;
  /** The ratio to reach. */
  readonly target?: number;
}

/** One measurement. Rejects if the measured program did not do its work. */
export type Series = () => Promise<number>;

export interface Prepared {
  readonly series: Readonly<Record<string, Series>>;
  /** Notes below the table. */
  notes?(): readonly string[];
  close(): Promise<void>;
}

export interface Scenario<Context> {
  readonly rows: readonly Row[];
  /** The number of warm-up rounds, which are not counted. */
  readonly warmUp?: number;
  /**
   * The maximum number of rounds, if more would show nothing new or are not worth their time. Default: as many as
   * requested.
   */
  readonly most?: number;
  prepare(context: Context): Promise<Prepared>;
}

/**
 * Runs the series in alternation, in an order that is reversed each round. The first `warmUp` rounds are not counted.
 */
export async function alternate(
  series: ReadonlyMap<string, Series>,
  rounds: number,
  warmUp: number,
  said: (round: number) => void,
): Promise<Map<string, number[]>> {
  const measured = new Map<string, number[]>([...series.keys()].map((name) => [name, []]));
  for (let round = 1 - warmUp; round <= rounds; round += 1) {
    said(round);
    const order = [...series];
    if (round % 2 === 0) order.reverse();
    for (const [name, measure] of order) {
      const value = await measure();
      if (round > 0) measured.get(name)?.push(value);
    }
  }
  return measured;
}
