import type { Diagnosis } from "../contract/diagnosis.js";
import type { DoctorOptions } from "../contract/options.js";

/**
 * Checks what a run depends on: the machine, the files, the connection, the server, the login, its permissions, the
 * ledger and the lease. If a check fails, it is reported and the others still run. Sends no request that writes; the
 * result contains no secrets.
 */
export async function doctor(options: DoctorOptions): Promise<Diagnosis> {
  // Loaded on demand: no other function needs the checks.
  const { diagnose } = await import("./diagnose.js");
  return diagnose(options);
}
