/** Which shards have to be split so that a database gets more of them. CouchDB splits a shard into halves. Pure. */

/** The hashes that the shards of a database share. */
const ring = 2 ** 32;

/**
 * The ranges (`00000000-7fffffff`) that are still larger than one of `q` shards. `undefined`: halving them does not
 * lead to `q` shards of the same size.
 */
export function rangesToSplit(ranges: readonly string[], q: number): readonly string[] | undefined {
  const halvings = ranges.map((range) => halvingsOf(range, q));
  if (halvings.includes(undefined)) return undefined;
  return ranges.filter((_, i) => halvings[i] !== 0).sort();
}

function halvingsOf(range: string, q: number): number | undefined {
  const [from = 0, to = 0] = range.split("-").map((end) => Number.parseInt(end, 16));
  const exact = Math.log2(((to - from + 1) * q) / ring);
  const halvings = Math.round(exact);
  // A third of the ring is not a whole number of hashes.
  return halvings >= 0 && Math.abs(exact - halvings) < 0.001 ? halvings : undefined;
}

/** A job of CouchDB's, as `_reshard/jobs` shows it. */
export interface SplitJob {
  readonly id: string;
  /** The shard: `shards/00000000-7fffffff/zerglings.1795989107`. */
  readonly source: string;
  readonly job_state: string;
  readonly state_info?: { readonly reason?: unknown };
}

export function jobsOf(database: string, jobs: readonly SplitJob[]): SplitJob[] {
  return jobs.filter(({ source }) => /^shards\/[^/]+\/(.*)\.\d+$/.exec(source)?.[1] === database);
}

export function rangeOf({ source }: SplitJob): string {
  return source.split("/")[1] ?? "";
}

export function isOver({ job_state }: SplitJob): boolean {
  return job_state === "completed" || job_state === "failed";
}
