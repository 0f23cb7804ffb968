import type { Diagnosis } from "../contract/diagnosis.js";
import type { DoctorOptions } from "../contract/options.js";

/**
 * Checks what a run depends on: the machine, the files, the connection, the server, the login, its permissions, the ledger
 * and the lease. A failed check is part of the result and stops no other. Sends no request that writes; the result holds
 * no secret.
 */
export async function doctor(options: DoctorOptions): Promise<Diagnosis> {
  // No other function needs the checks.
  const { diagnose } = await import("./diagnose.js");
  return diagnose(options);
}
