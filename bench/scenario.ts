/** What a benchmark is made of, and how it is measured. */

/** Milliseconds of the whole process, bytes of memory, or bytes sent. */
export type Unit = "ms" | "MB" | "bytes";

export interface Row {
  readonly id: string;
  readonly work: string;
  /** Names of series. */
  readonly ours: string;
  readonly theirs?: string;
  /** What `theirs` is, for people. */
  readonly against?: string;
  readonly unit: Unit;
  /** The ratio that is to be reached. */
  readonly target?: number;
}

/** One measurement. Rejects where what is measured did not do its work. */
export type Series = () => Promise<number>;

export interface Prepared {
  readonly series: Readonly<Record<string, Series>>;
  /** Said below the table. */
  notes?(): readonly string[];
  close(): Promise<void>;
}

export interface Scenario<Context> {
  readonly rows: readonly Row[];
  /** Rounds that are not counted. */
  readonly warmUp?: number;
  /** More rounds would show nothing new, or are not worth their time. Default: as many as are asked for. */
  readonly most?: number;
  prepare(context: Context): Promise<Prepared>;
}

/** In alternation, in an order that is reversed each time; `warmUp` rounds are not counted. */
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
