/** The texts of all rules that a finding may name. */
import type { LintRule } from "../contract/lint.js";
import { unusedOff } from "./off.js";
import { rules } from "./rules/index.js";

export const ruleTexts: readonly LintRule[] = [...rules, unusedOff].map(({ id, severity, summary, reason }) => ({
  id,
  severity,
  summary,
  reason,
}));
