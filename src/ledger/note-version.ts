/** What a run notes before its first write. Pure. */
import type { Ledger } from "./ledger.js";
import type { Files, Noted } from "./standing.js";

/** About 24 bytes each. If this many others have followed, a version counts as never seen. */
export const mostVersions = 10_000;

/** The ledger with this version as the newest one; its release, if it has one, becomes the set's. */
export function noteVersion(noted: Noted, { version, release }: Pick<Files, "version" | "release">): Noted {
  const { versions = {}, release: before } = noted;
  const next = lastPlace(noted) + 1;
  const { [version]: _, ...others } = versions;
  const kept = Object.entries(others)
    .sort(([, a], [, b]) => a - b)
    .slice(-(mostVersions - 1));
  const released = release === undefined ? before : { value: release, at: next };
  return { versions: Object.fromEntries([...kept, [version, next]]), ...(released ? { release: released } : {}) };
}

/** A person's correction; `undefined`: the set no longer has a release. */
export function correctRelease(ledger: Ledger, release: string | undefined): Ledger {
  const { release: _, ...others } = ledger;
  return release === undefined ? others : { ...others, release: { value: release, at: lastPlace(ledger) + 1 } };
}

function lastPlace({ versions = {}, release }: Noted): number {
  return Object.values(versions).reduce((most, place) => Math.max(most, place), release?.at ?? 0);
}
