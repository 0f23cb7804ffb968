import { refusedEnvironment } from "../ledger/environment.js";
import { readLedger } from "../ledger/store.js";
import type { Run } from "./session.js";

/** Throws `environment-refused` if the run has an environment, and the ledger belongs to another. For runs without steps. */
export async function assertOwnEnvironment({ couch, place }: Pick<Run, "couch" | "place">): Promise<void> {
  if (place.environment === undefined) return;
  const refusal = refusedEnvironment((await readLedger(couch, place))?.ledger, place);
  if (refusal) throw refusal;
}
