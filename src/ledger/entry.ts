import type { Step } from "../migrations/step.js";
import { nextCreated } from "./created.js";
import type { Created, Entry } from "./ledger.js";

/** The result of one step in one run. */
export interface Done {
  /** The databases in which it now holds, each with its incarnation. */
  readonly databases: Readonly<Record<string, string>>;
  readonly milliseconds: number;
  /** Nothing had to be written. */
  readonly adopted: boolean;
  /** The server differs, and the step leaves it as it is by design. */
  readonly kept?: boolean;
  /** The objects that it claims; absent: see Entry. */
  readonly claims?: readonly string[];
  /** The objects that this run created, by database. */
  readonly created?: Readonly<Record<string, Created>>;
  readonly at: Date;
  /** The version of couchdb-migrate. */
  readonly version: string;
}

/** The entry to record. Databases where the same version of the step was applied before are kept. Pure. */
export function nextEntry(step: Step, before: Entry | undefined, done: Done): Entry {
  const { databases, milliseconds, adopted, kept: differs, claims, created: made, at, version } = done;
  const kept = before?.checksum === step.checksum ? before.databases : {};
  const created = nextCreated(before?.created, made, databases);
  const former = [...(before?.former ?? []), ...(before ? [before.checksum] : [])];
  return {
    kind: step.kind,
    checksum: step.checksum,
    former: [...new Set(former)].filter((checksum) => checksum !== step.checksum),
    ...(before?.formerly ? { formerly: before.formerly } : {}),
    ...(claims ? { claims } : {}),
    ...(created ? { created } : {}),
    appliedAt: at.toISOString(),
    milliseconds,
    version,
    ...(adopted ? { adopted } : {}),
    ...(differs ? { kept: true } : {}),
    databases: { ...kept, ...databases },
  };
}
