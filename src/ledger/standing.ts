/**
 * How the files of a run stand to what was applied: the rule that keeps a pod of the previous version from undoing the
 * new one during a rolling update. Pure; nothing else decides it.
 *
 * A run notes its version in the ledger, under the lease and before the first write of a step. So whatever has changed
 * anything is noted, also where it failed or was killed; and files whose version is noted, but is not the newest, are
 * older. Files that were never seen are newer: nobody can tell a revert commit that adds a step from a new version.
 * Deployers that can count say so with a release, which goes before the rule of the files.
 */
import type { Ledger } from "./ledger.js";
import { compareReleases } from "./release.js";

/** What a run has: its version, its secrets, and the release that its deployer gave it. */
export interface Files {
  readonly version: string;
  /** Its secrets were applied once, and were replaced since. */
  readonly formerSecrets: boolean;
  /** Canonical. */
  readonly release?: string | undefined;
}

export type Standing =
  /** To be noted before anything is written. `reverts`: only because going back is allowed. */
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

/** The version that was noted last. `undefined`: none was. */
export function newestVersion(noted: Noted | undefined): string | undefined {
  let newest: string | undefined;
  let at = Number.NEGATIVE_INFINITY;
  for (const [version, place] of Object.entries(noted?.versions ?? {})) {
    if (place > at || (place === at && version > (newest ?? ""))) [newest, at] = [version, place];
  }
  return newest;
}
