import type { RunRecord } from "../contract/results.js";
import { environmentIn } from "../ledger/place.js";
import { version } from "../version.js";
import type { Run } from "./session.js";

/** When the work began, and how long it took. */
export interface Worked {
  readonly startedAt: Date;
  readonly milliseconds: number;
}

type Head = Pick<RunRecord, "startedAt" | "milliseconds" | "holder" | "version" | "environment">;

/** The fields that every record of a run in the history has. */
export function recordHead({ place, leasing }: Run, { startedAt, milliseconds }: Worked): Head {
  return {
    startedAt: startedAt.toISOString(),
    milliseconds: Math.round(milliseconds),
    holder: leasing.holder,
    version,
    ...environmentIn(place),
  };
}
