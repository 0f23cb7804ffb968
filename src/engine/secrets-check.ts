/** Has a secret of the files changed since it was applied? Answered without asking the server. */
import type { Login } from "../couch/couch.js";
import { isOfLogin } from "../kinds/traits.js";
import { type Derivations, type FingerprintedSecret, fingerprintOf, isCostly } from "../ledger/fingerprint.js";
import type { Fingerprint, Ledger } from "../ledger/ledger.js";
import type { Step } from "../migrations/step.js";

export interface SecretsSeen {
  /** Ids of steps whose secrets can't be shown to be those that were applied. */
  readonly changed: ReadonlySet<string>;
  /** They are secrets that were applied once, and were replaced since. */
  readonly former: boolean;
  /** The steps whose secrets are to be noted before anything is written; none: they are noted, or there are none. */
  readonly toNote: readonly Step[];
}

export const noSecrets: SecretsSeen = { changed: new Set(), former: false, toNote: [] };

/** The steps whose secrets are not the run's own login. */
function besidesLogin(steps: readonly Step[], login: Login): Step[] {
  return steps.filter((step) => step.secrets.size > 0 && !isOfLogin(step, login));
}

/** At most one derivation. */
export async function checkSecrets(
  steps: readonly Step[],
  ledger: Ledger | undefined,
  login: Login,
  derivations: Derivations,
): Promise<SecretsSeen> {
  // The fingerprint is over all secrets together. A plan without some of them sees a change of the others on the server.
  if (steps.some(({ unknown }) => unknown)) return noSecrets;
  const open = besidesLogin(steps, login);
  if (open.length === 0) return noSecrets;
  const changed = new Set(open.map(({ id }) => id));
  const recorded = ledger?.fingerprint;
  if (!recorded) return { changed, former: false, toNote: open };
  const covered = new Set(recorded.ids);
  const same = steps.filter(({ id }) => covered.has(id));
  const isCovered = same.length === covered.size && open.every(({ id }) => covered.has(id));
  const compared = isCovered ? same : open;
  const { hash } = await fingerprintOf(secretsOf(compared), recorded, derivations);
  if (isCovered && hash === recorded.hash) return recorded.pending ? { changed, former: false, toNote: [] } : noSecrets;
  return { changed, former: recorded.former?.includes(hash) ?? false, toNote: compared };
}

/**
 * What to note of these steps' secrets. The salt of the one before is the set's own and stays: with it these secrets were
 * derived already, when they were looked at, and former ones can be told.
 */
export async function notedSecrets(
  steps: readonly Step[],
  before: Fingerprint | undefined,
  derivations: Derivations,
): Promise<Fingerprint> {
  const kept = before && isCostly(before) ? before : undefined;
  const noted = await fingerprintOf(secretsOf(steps), kept, derivations);
  const former = new Set(kept?.former);
  // Of other steps it is no former value of these.
  if (kept && JSON.stringify(kept.ids) === JSON.stringify(noted.ids)) former.add(kept.hash);
  former.delete(noted.hash);
  return { ...noted, pending: true, ...(former.size > 0 ? { former: [...former].slice(-mostFormer) } : {}) };
}

/** Some 50 bytes each. Secrets that so many others came after count as never seen. */
const mostFormer = 1_000;

/** That the steps hold with them. */
export function proven({ pending: _, ...fingerprint }: Fingerprint): Fingerprint {
  return fingerprint;
}

function secretsOf(steps: readonly Step[]): FingerprintedSecret[] {
  return steps.flatMap((step) => [...step.secrets].map(([pointer, value]) => ({ id: step.id, pointer, value })));
}
