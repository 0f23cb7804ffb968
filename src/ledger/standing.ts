/**
 * How the files of a run compare with what was applied: the rule that keeps a pod of the previous version from
 * undoing the new one during a rolling update. Pure; no other code decides it.
 *
 * A run notes its version in the ledger, under the lease and before the first write of a step. So every version that
 * has changed anything is noted, even if it failed or was killed; and files whose version is noted, but is not the
 * newest, are older. Files that were never seen are newer: a revert commit that adds a step can't be distinguished
 * from a new version. Deployers that can count use a release, which takes precedence over the rule of the files.
 */
import type { Ledger } from "./ledger.js";
import { compareReleases } from "./release.js";

/** What a run has: its version, its secrets, and the release from its deployer. */
export interface Files {
  readonly version: string;
  /** Its secrets were applied before, and have been replaced since. */
  readonly formerSecrets: boolean;
  /** In its canonical form. */
  readonly release?: string | undefined;
}

export type Standing =
  /** To be noted before the first write. `reverts`: only because reverting is allowed. */
  | { readonly is: "newer"; readonly reverts?: true }
  | { readonly is: "current" }
  | { readonly is: "older"; readonly by: "version" | "secrets" | "release" }
  | { readonly is: "refused"; readonly because: "lower-release" | "other-sort" };

export type Noted = Pick<Ledger, "versions" | "release">;

export function standingOf(noted: Noted | undefined, files: Files, allowRevert = false): Standing {
  const applied = noted?.release?.value;
  const order =
    applied === undefined || files.release === undefined ? "equal" : orderOf(compareReleases(files.release, applied));
  if (order === "higher") return { is: "newer" };
  if (order === "none") return { is: "refused", because: "other-sort" };
  const known = Object.hasOwn(noted?.versions ?? {}, files.version);
  if (order === "lower") {
    if (!known) return { is: "refused", because: "lower-release" };
    return allowRevert ? { is: "newer", reverts: true } : { is: "older", by: "release" };
  }
  if (!known) return { is: "newer" };
  const isNewest = newestVersion(noted) === files.version;
  if (isNewest && !files.formerSecrets) return { is: "current" };
  if (allowRevert) return { is: "newer", reverts: true };
  return { is: "older", by: isNewest ? "secrets" : "version" };
}

function orderOf(compared: number | undefined): "higher" | "equal" | "lower" | "none" {
  if (compared === undefined) return "none";
  if (compared === 0) return "equal";
  return compared > 0 ? "higher" : "lower";
}

/** The version that was noted last. `undefined`: none. */
export function newestVersion(noted: Noted | undefined): string | undefined {
  let newest: string | undefined;
  let at = Number.NEGATIVE_INFINITY;
  for (const [version, place] of Object.entries(noted?.versions ?? {})) {
    if (place > at || (place === at && version > (newest ?? ""))) [newest, at] = [version, place];
  }
  return newest;
}
