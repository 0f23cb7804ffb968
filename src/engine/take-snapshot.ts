/** Whether a run has left nothing to do, for the next one to know without parsing the files. Pure. */
import type { Ledger, Snapshot } from "../ledger/ledger.js";
import type { Migrations } from "../migrations/step.js";
import { isPattern, kindOf, namedDatabases } from "../steps/targets.js";
import { decide, type PlacedStep } from "./decide.js";

/** More files than this are not read again for nothing. */
const mostReads = 2_000;

/**
 * `undefined`: something is left, or it has to be found out by each run anew: what is looked at on every run, secrets,
 * patterns, databases whose incarnation is not known.
 *
 * @param existing incarnations of the databases that exist
 */
export function takeSnapshot(
  { steps, inputs }: Pick<Migrations, "steps" | "inputs">,
  placed: readonly PlacedStep[],
  ledger: Ledger,
  existing: ReadonlyMap<string, string>,
): Snapshot | undefined {
  if (!inputs || inputs.reads.length > mostReads) return undefined;
  const names = [...new Set(steps.flatMap(namedDatabases))].sort();
  if (names.some((name) => isPattern(name) || existing.get(name) === "0")) return undefined;
  if (steps.some((step) => step.secrets.size > 0 || kindOf(step).everyRun || kindOf(step).first)) return undefined;
  const decisions = decide(placed, ledger, { incarnations: existing, secretsChanged: new Set() });
  if (decisions.some(({ state }) => state !== "applied")) return undefined;
  const databases = Object.fromEntries(names.map((name) => [name, existing.get(name) ?? null]));
  return { ...inputs, steps: steps.map(({ id }) => id), databases };
}
