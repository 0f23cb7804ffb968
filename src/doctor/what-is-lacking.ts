/** What each command would lack, given what the user may do. Pure. */
import { type Right, rightFor, suffices } from "./rights.js";

export interface Standing {
  /** Without a server admin's rights; those of databases are below. */
  readonly user: Right;
  /** `own`: the tool's own database, which is for server admins. */
  readonly ledger: { readonly database: string; readonly right: Right; readonly own: boolean };
  /** The databases that the steps name, with what the user may do in each. Absent: there is no such database. */
  readonly databases: ReadonlyMap<string, Right>;
}

export interface RightsStep {
  readonly id: string;
  readonly kind: string;
  /** Those that it names, patterns included. */
  readonly databases: readonly string[];
}

/** What one command lacks, in words. Commands that lack nothing are left out. */
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
    { command: "plan", lacks: [...noLedger, ...stepsOf(({ kind }) => rightToRead(kind))] },
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

/** A plan only reads: databases are looked at, and what is server-wide is shown to server admins. */
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
  // Whoever creates a database later decides who may do what there.
  const missing = databases.filter((name) => rights.has(name) && !suffices(rights.get(name) ?? "nothing", needs));
  return missing.length > 0 ? [`${article(needs)} of ${missing.join(", ")}, for ${kind} (step ${id})`] : [];
}

function article(right: Right): string {
  if (right === "database admin") return "an admin";
  return `a ${right}`;
}
