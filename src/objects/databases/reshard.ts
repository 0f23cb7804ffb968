/** Splits the shards of a database while it is in use, one range at a time. Continues what an earlier run began. */
import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { pause } from "../../couch/pause.js";
import { readIfAllowed } from "../../couch/read-if-allowed.js";
import { isAtLeast } from "../../couch/version.js";
import type { StepContext } from "../../steps/kind.js";
import { isOver, jobsOf, rangeOf, rangesToSplit, type SplitJob } from "./splits.js";

/** The first version that can split shards. */
const reshardSince = "3.0";
/** Milliseconds between two checks of the jobs. */
const interval = 500;

export interface Shards {
  readonly ranges: readonly string[];
  /** Jobs of this database that are not over. */
  readonly underWay: number;
  /** Why CouchDB does not split shards now. Absent: it does. */
  readonly obstacle?: string;
}

export async function readShards(couch: Couch, database: string): Promise<Shards> {
  const version = await couch.version();
  const none = { ranges: [], underWay: 0 };
  if (!isAtLeast(version, reshardSince))
    return { ...none, obstacle: `this needs CouchDB ${reshardSince}, but the server is CouchDB ${version}` };
  const summary = await readIfAllowed<Summary>(couch, path`/_reshard`, { fresh: true });
  if (!summary) return { ...none, obstacle: notOffered };
  const [ranges, jobs] = await Promise.all([readRanges(couch, database), readJobs(couch, database)]);
  const underWay = jobs.filter((job) => !isOver(job)).length;
  if (summary.state !== "stopped") return { ranges, underWay };
  const why = summary.state_reason ? ` (${JSON.stringify(summary.state_reason)})` : "";
  return { ranges, underWay, obstacle: `resharding is stopped${why}; resume it with PUT /_reshard/state` };
}

const notOffered =
  "the server does not let this user split shards (it needs a server admin, and `[reshard]` may be disabled)";

interface Summary {
  readonly state?: string;
  readonly state_reason?: string | null;
}

async function readRanges(couch: Couch, database: string): Promise<readonly string[]> {
  const { body } = await couch.read<{ shards: object }>(path`/${database}/_shards`, { fresh: true });
  return Object.keys(body.shards);
}

async function readJobs(couch: Couch, database: string): Promise<SplitJob[]> {
  const { body } = await couch.read<{ jobs: SplitJob[] }>(path`/_reshard/jobs`, { fresh: true });
  return jobsOf(database, body.jobs);
}

type Work = Pick<StepContext<unknown>, "couch" | "signal" | "assertHeld" | "progress">;

/**
 * Resolves when the database has `q` shards, as the shard map shows. If the run ends before, CouchDB finishes the jobs
 * that it has, and the next run continues.
 */
export async function reshard(
  database: string,
  q: number,
  { couch, signal, assertHeld, progress }: Work,
): Promise<void> {
  /** Ranges whose jobs are completed: the node that answers hears of the new shard map a moment later. */
  const split = new Set<string>();
  for (let look = 0; ; look += 1) {
    const jobs = await readJobs(couch, database);
    const underWay = jobs.filter((job) => !isOver(job));
    const failed = jobs.find(({ job_state }) => job_state === "failed");
    const stopped = underWay.find(({ job_state }) => job_state === "stopped");
    // A job that failed in an earlier run is tried again.
    if (failed && look > 0) throw unfinished(database, failed, "failed", "Fix the cause, then run again");
    if (stopped)
      throw unfinished(
        database,
        stopped,
        "is stopped",
        `Resume it with PUT /_reshard/jobs/${stopped.id}/state, then run again`,
      );
    for (const job of jobs) if (job.job_state === "completed") split.add(rangeOf(job));
    const ranges = await readRanges(couch, database);
    const left = rangesToSplit(ranges, q);
    if (left === undefined) {
      const message = `the shards of database ${database} have changed, and can't be split into ${q} any more`;
      throw new MigrateError("conflict", { message, data: { database } });
    }
    progress({ done: q - left.length, total: q, unit: "shards", what: `splitting the shards of ${database}` });
    if (underWay.length === 0) {
      assertHeld?.();
      await forgetJobs(couch, jobs);
      if (left.length === 0) break;
      const next = left.find((range) => !split.has(range));
      if (next !== undefined) await startJobs(couch, database, next);
    }
    await pause(interval, signal);
  }
  couch.forget(database);
}

/** One job for each copy of the shard. */
async function startJobs(couch: Couch, database: string, range: string): Promise<void> {
  const body = { type: "split", db: database, range };
  await couch.write("POST", path`/_reshard/jobs`, { body, repeatable: false });
}

/** CouchDB keeps only a limited number of jobs, also of those that are over. */
async function forgetJobs(couch: Couch, jobs: readonly SplitJob[]): Promise<void> {
  for (const { id } of jobs)
    await couch.write("DELETE", path`/_reshard/jobs/${id}`, { accept: [404], repeatable: true });
}

function unfinished(database: string, job: SplitJob, what: string, next: string): MigrateError {
  const reason = job.state_info?.reason === undefined ? "" : `: ${JSON.stringify(job.state_info.reason)}`;
  const message = `splitting shard ${rangeOf(job)} of database ${database} ${what}${reason}`;
  return new MigrateError("step-failed", { message, next: `${next}.`, data: { database, job: job.id } });
}
