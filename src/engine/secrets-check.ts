/** Has a secret of the files changed since it was applied? Answered without asking the server. */
import type { Login } from "../couch/couch.js";
import { type FingerprintedSecret, fingerprintOf, isCostly, sameFingerprint } from "../ledger/fingerprint.js";
import type { Fingerprint, Ledger } from "../ledger/ledger.js";
import type { Step } from "../migrations/step.js";
import { kindOf } from "../steps/targets.js";

/** The steps whose secrets the accepted login does not prove. */
export function unproven(steps: readonly Step[], login: Login): Step[] {
  return steps.filter((step) => step.secrets.size > 0 && !kindOf(step).provenByLogin?.(step.desired, login));
}

/** Ids of steps whose secrets can't be shown to be those that were applied. At most one derivation. */
export async function secretsThatMayDiffer(
  steps: readonly Step[],
  ledger: Ledger | undefined,
  login: Login,
): Promise<ReadonlySet<string>> {
  // The fingerprint is over all secrets together. A plan without some of them sees a change of the others on the server.
  if (steps.some(({ unknown }) => unknown)) return new Set();
  const open = unproven(steps, login);
  if (!ledger || open.length === 0) return new Set();
  // The fingerprint is over the secrets of a newer version of the files: what this one has can't be compared.
  if (open.some((step) => isFormer(step, ledger))) return new Set();
  const fingerprint = ledger.fingerprint;
  const covered = new Set(fingerprint?.ids);
  const doubtful = new Set(open.map((step) => step.id));
  if (!fingerprint || open.some((step) => !covered.has(step.id))) return doubtful;
  const recorded = steps.filter((step) => covered.has(step.id));
  if (recorded.length !== covered.size) return doubtful;
  return (await sameFingerprint(secretsOf(recorded), fingerprint)) ? new Set() : doubtful;
}

function isFormer({ id, checksum }: Step, { entries }: Ledger): boolean {
  return Object.hasOwn(entries, id) && (entries[id]?.former.includes(checksum) ?? false);
}

/**
 * The fingerprint to record for these steps; `undefined` where they hold no secret. The salt of the one before is the
 * set's own and stays: with it these secrets were derived already, when they were looked at.
 */
export async function fingerprintSteps(
  steps: readonly Step[],
  before: Fingerprint | undefined,
): Promise<Fingerprint | undefined> {
  if (steps.length === 0) return undefined;
  return fingerprintOf(secretsOf(steps), before && isCostly(before) ? before : undefined);
}

function secretsOf(steps: readonly Step[]): FingerprintedSecret[] {
  return steps.flatMap((step) => [...step.secrets].map(([pointer, value]) => ({ id: step.id, pointer, value })));
}
