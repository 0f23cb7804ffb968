/** Whether a secret of the files has changed since it was applied. Sends no request. */
import type { Login } from "../couch/couch.js";
import { isOfLogin } from "../kinds/traits.js";
import { type Derivations, type FingerprintedSecret, fingerprintOf, isCostly } from "../ledger/fingerprint.js";
import type { Fingerprint, Ledger } from "../ledger/ledger.js";
import type { Step } from "../migrations/step.js";

export interface SecretsSeen {
  /** Ids of steps whose secrets can't be shown to be the applied ones. */
  readonly changed: ReadonlySet<string>;
  /** The secrets were applied before, and have been replaced since. */
  readonly former: boolean;
  /** The steps whose secrets must be noted before the first write. Empty: they are noted already, or there are none. */
  readonly toNote: readonly Step[];
}

export const noSecrets: SecretsSeen = { changed: new Set(), former: false, toNote: [] };

/** The steps whose secrets are not the run's own login. */
function besidesLogin(steps: readonly Step[], login: Login): Step[] {
  return steps.filter((step) => step.secrets.size > 0 && !isOfLogin(step, login));
}

/** Derives at most one key. */
export async function checkSecrets(
  steps: readonly Step[],
  ledger: Ledger | undefined,
  login: Login,
  derivations: Derivations,
): Promise<SecretsSeen> {
  // The fingerprint covers all secrets together. A plan without some of them detects changes of the others on the
  // server.
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
 * What to note about these steps' secrets. The salt of the last fingerprint belongs to the set and is kept: these
 * secrets were already derived with it when they were checked, and former secrets can be recognised.
 */
export async function notedSecrets(
  steps: readonly Step[],
  before: Fingerprint | undefined,
  derivations: Derivations,
): Promise<Fingerprint> {
  const kept = before && isCostly(before) ? before : undefined;
  const noted = await fingerprintOf(secretsOf(steps), kept, derivations);
  const former = new Set(kept?.former);
  // For other steps, it is not a former value of these secrets.
  if (kept && JSON.stringify(kept.ids) === JSON.stringify(noted.ids)) former.add(kept.hash);
  former.delete(noted.hash);
  return { ...noted, pending: true, ...(former.size > 0 ? { former: [...former].slice(-maxFormer) } : {}) };
}

/** About 50 bytes each. If this many others have followed, secrets count as never seen. */
const maxFormer = 1_000;

/** Marks that the steps hold with these secrets. */
export function proven({ pending: _, ...fingerprint }: Fingerprint): Fingerprint {
  return fingerprint;
}

function secretsOf(steps: readonly Step[]): FingerprintedSecret[] {
  return steps.flatMap((step) => [...step.secrets].map(([pointer, value]) => ({ id: step.id, pointer, value })));
}
