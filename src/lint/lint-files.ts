import { MigrateError } from "../contract/errors.js";
import type { LintFinding, LintResult } from "../contract/lint.js";
import type { LintOptions } from "../contract/options.js";
import type { Policies } from "../contract/policies.js";
import { InvalidInput } from "../contract/problem.js";
import { loadMigrations } from "../migrations/load.js";
import { unsetNames } from "../migrations/unset.js";
import { serverIn } from "./engines.js";
import { unknownRule, unknownRules } from "./off.js";
import type { Target } from "./rule.js";
import { lintSteps } from "./run.js";

export async function lintFiles(path: string, options: LintOptions): Promise<LintResult> {
  const { couchdb, off = {}, policies = {}, requireVariables = false, ...others } = options;
  const target = targetOf(couchdb);
  assertRules(Object.keys(off));
  const migrations = await loadMigrations(path, {
    ...others,
    unset: requireVariables ? "error" : "unknown",
    written: true,
  });
  const { files, steps } = migrations;
  const problems = unknownRules(steps);
  if (problems.length > 0) throw new InvalidInput(problems);
  const unset = unsetNames(migrations.unset);
  const findings = lintSteps(steps, target, new Set(Object.keys(off))).map((one) => underPolicy(one, policies));
  return { formatVersion: 1, files, steps: steps.length, findings, ...(unset.length > 0 && { unset }) };
}

function targetOf(couchdb: string | undefined): Target {
  if (couchdb === undefined) return { version: undefined, engines: [] };
  const server = serverIn(couchdb);
  if (server) return server;
  const message = `couchdb: \`${couchdb}\` is not a version of CouchDB, such as \`3.5\` or \`3.5 quickjs\``;
  throw new MigrateError("invalid-settings", { message });
}

function assertRules(ids: readonly string[]): void {
  const [message] = ids.flatMap((id) => unknownRule(id) ?? []);
  if (message !== undefined) throw new MigrateError("invalid-settings", { message: `lint: ${message}` });
}

/** What the policy refuses is an error: `apply` would refuse it as well. */
function underPolicy(finding: LintFinding, policies: Policies): LintFinding {
  const isRefused = finding.rule === "open-database" && policies["open-databases"]?.action === "refuse";
  return isRefused ? { ...finding, severity: "error" } : finding;
}
