import { MigrateError } from "../../../src/contract/errors.js";

/** The error of work that has to fail with a MigrateError. */
export async function failure(work: Promise<unknown>): Promise<MigrateError> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof MigrateError)) throw new Error(`no MigrateError: ${String(error)}`);
  return error;
}
