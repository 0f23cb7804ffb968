/** Which rights each command lacks, given what the user may do. Pure. */
import { type Right, rightFor, suffices } from "./rights.js";

export interface Standing {
  /** Server-wide rights below server admin; the rights in databases are listed below. */
  readonly user: Right;
  /** `own`: the ledger is in the default database, which is for server admins only. */
  readonly ledger: { readonly database: string; readonly right: Right; readonly own: boolean };
  /** The databases that the steps name, with the user's right in each. Absent: the database does not exist. */
  readonly databases: ReadonlyMap<string, Right>;
}

export interface RightsStep {
  readonly id: string;
  readonly kind: string;
  /** The databases that the step names, including patterns. */
  readonly databases: readonly string[];
}

/** What one command lacks, in words. Commands that lack nothing are omitted. */
export interface Lack {
  readonly command: string;
  readonly lacks: readonly string[];
}

export function whatIsLacking(standing: Standing, steps: readonly RightsStep[]): Lack[] {
  if (standing.user === "server admin") return [];
  const { ledger } = standing;
  const noLedger = lackOfLedger(ledger);
  const stepsOf = (needs: (step: RightsStep) => Right) =>
    steps.flatMap((step) => lackOfStep(step, needs(step), standing));
  const all = [
    { command: "plan", lacks: [...noLedger.map(withoutLedger), ...stepsOf(({ kind }) => rightToRead(kind))] },
    { command: "status", lacks: noLedger },
    { command: "apply", lacks: [...noLedger, ...stepsOf(({ kind }) => rightFor(kind))] },
    { command: "ledger and unlock", lacks: noLedger },
    { command: "import", lacks: [article("server admin")] },
  ];
  return all.filter(({ lacks }) => lacks.length > 0);
}

function lackOfLedger({ database, right, own }: Standing["ledger"]): string[] {
  if (own) return [`a server admin, for the ledger in ${database} (with --ledger-database, a member of that)`];
  return suffices(right, "member") ? [] : [`a member of ${database}, for the ledger`];
}

/** A plan works without the ledger, but knows less. */
function withoutLedger(lack: string): string {
  return `${lack}; without it, plan compares every step with the server`;
}

/** A plan only reads: members can read databases, and only server admins can read server-wide objects. */
function rightToRead(kind: string): Right {
  if (kind === "ensureDatabase" || kind === "removeDatabase") return "login";
  return rightFor(kind) === "server admin" ? "server admin" : "member";
}

function lackOfStep({ id, kind, databases }: RightsStep, needs: Right, { databases: rights }: Standing): string[] {
  const patterns = databases.filter((name) => name.includes("*"));
  if (patterns.length > 0)
    return [`${article("server admin")}, to list databases for ${patterns.join(", ")} (step ${id})`];
  if (needs === "server admin") {
    const isDone =
      kind === "ensureDatabase" && databases.every((name) => suffices(rights.get(name) ?? "nothing", "member"));
    return isDone ? [] : [`${article("server admin")}, for ${kind} (step ${id})`];
  }
  if (needs === "login") return [];
  // If a database does not exist yet, whoever creates it decides who has access.
  const missing = databases.filter((name) => rights.has(name) && !suffices(rights.get(name) ?? "nothing", needs));
  return missing.length > 0 ? [`${article(needs)} of ${missing.join(", ")}, for ${kind} (step ${id})`] : [];
}

function article(right: Right): string {
  if (right === "database admin") return "an admin";
  return `a ${right}`;
}
