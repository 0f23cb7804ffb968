import { MigrateError } from "../contract/errors.js";
import type { RunOptions } from "../contract/options.js";
import { canonicalRelease, releaseForm } from "../ledger/release.js";

/** The release in its canonical form. Throws `invalid-settings` if it is not one. */
export function releaseOf({ release }: Pick<RunOptions, "release">): string | undefined {
  return release === undefined ? undefined : asRelease(String(release));
}

export function asRelease(text: string): string {
  const canonical = canonicalRelease(text);
  if (canonical !== undefined) return canonical;
  const message = `${JSON.stringify(text)} is not a release; use ${releaseForm}`;
  throw new MigrateError("invalid-settings", { message, data: { release: text } });
}
