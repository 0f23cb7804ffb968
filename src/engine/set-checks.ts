/** Problems in a set of steps that are only visible once the ledger's place and the databases are known. */
import { InvalidInput, type Problem } from "../contract/problem.js";
import { isPattern } from "../couch/pattern.js";
import { claimsIn, type Names, namedDatabases, placeIn } from "../kinds/targets.js";
import { createdBy } from "../kinds/traits.js";
import type { Migrations, Step } from "../migrations/step.js";

/**
 * Throws InvalidInput with every pair of steps that claim the same object because their patterns overlap. What the
 * files alone show is checked when they are loaded; this check is for patterns.
 *
 * @param existing the databases that exist; those that steps create are added here
 * @param own the tool's own database
 */
export function assertNoOverlaps(steps: readonly Step[], existing: Names, own: string): void {
  if (!steps.some((step) => namedDatabases(step).some(isPattern))) return;
  const made = steps.flatMap(createdBy);
  const databases = new Set([...existing.keys(), ...made]);
  const claimed = new Map<string, Step>();
  const problems: Problem[] = [];
  for (const step of steps) {
    for (const database of placeIn(step, databases, own)) {
      for (const claim of claimsIn(step, database)) {
        const first = claimed.get(claim);
        if (!first) claimed.set(claim, step);
        else if (first !== step) problems.push(overlap(claim, first, step));
      }
    }
  }
  if (problems.length > 0) throw new InvalidInput(problems);
}

/** Throws InvalidInput with every variable that has no value; `besidesSecrets`: except in secret fields. */
export function assertVariablesSet({ unset = [] }: Pick<Migrations, "unset">, besidesSecrets = false): void {
  const needed = unset.filter(({ secret }) => !(secret && besidesSecrets));
  if (needed.length > 0) throw new InvalidInput(needed.map(({ problem }) => problem));
}

/** Throws InvalidInput if a step names the database in which ledger, lease and history are kept. */
export function assertLedgerLeftAlone(steps: readonly Step[], ledgerDatabase: string): void {
  const problems = steps
    .filter((step) => namedDatabases(step).includes(ledgerDatabase))
    .map(({ position }): Problem => {
      const message = `${ledgerDatabase} is the database of couchdb-migrate's ledger; no step may change it`;
      return { ...position, code: "own-database", message, text: ledgerDatabase };
    });
  if (problems.length > 0) throw new InvalidInput(problems);
}

function overlap(claim: string, first: Step, second: Step): Problem {
  const { file, line, column } = first.position;
  const message = `steps ${first.id} (${file}:${line}:${column}) and ${second.id} both claim ${claim}; narrow one of the patterns`;
  return { ...second.position, code: "claimed-twice", message, text: claim };
}
