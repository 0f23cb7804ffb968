/** Rules that are off: for the whole set, or for one step, with a reason. Pure. */
import type { LintFinding } from "../contract/lint.js";
import type { Problem } from "../contract/problem.js";
import type { Step } from "../migrations/step.js";
import { didYouMean } from "../text/nearest.js";
import { rules } from "./rules/index.js";

/** A finding, and the step that can turn it off. */
export interface Found {
  readonly step: Step;
  readonly finding: LintFinding;
}

/** Not in the registry, because it is about what other rules have found. */
export const unusedOff = {
  id: "unused-off",
  severity: "warning",
  summary: "a rule that is off for a step in which it would find nothing",
  reason: "What the rule was turned off for is gone: remove the line, so that the rule works for the step again.",
} as const;

export const ruleIds: readonly string[] = rules.map(({ id }) => id);

/** Why there is no such rule; undefined: there is. */
export function unknownRule(id: string): string | undefined {
  return ruleIds.includes(id)
    ? undefined
    : `there is no rule \`${id}\`${didYouMean(id, ruleIds, "; docs/lint.md lists them")}`;
}

/** The rules that steps turn off and that do not exist. */
export function unknownRules(steps: readonly Step[]): Problem[] {
  return steps.flatMap(({ written }) =>
    (written?.lintOff ?? []).flatMap(({ rule, position }) => {
      const message = unknownRule(rule);
      return message === undefined ? [] : [{ ...position, code: "unknown-rule", message, text: rule }];
    }),
  );
}

/**
 * The findings that no step turns off, and one for each rule that a step turns off in vain.
 *
 * @param off rules that are off for the whole set, and were not asked
 */
export function withoutOff(found: readonly Found[], steps: readonly Step[], off: ReadonlySet<string>): LintFinding[] {
  const isOff = ({ step, finding }: Found) => step.written?.lintOff.some(({ rule }) => rule === finding.rule) === true;
  const used = new Set(found.filter(isOff).map(({ step, finding }) => `${step.id}\n${finding.rule}`));
  return [
    ...found.filter((one) => !isOff(one)).map(({ finding }) => finding),
    ...steps.flatMap((step) => inVain(step, used, off)),
  ];
}

function inVain({ id, written }: Step, used: ReadonlySet<string>, off: ReadonlySet<string>): LintFinding[] {
  return (written?.lintOff ?? []).flatMap(({ rule, position: { file, line, column } }) => {
    if (used.has(`${id}\n${rule}`) || off.has(rule)) return [];
    const message = `\`${rule}\` is off for this step, but finds nothing in it: remove the line`;
    return [{ rule: unusedOff.id, severity: unusedOff.severity, message, file, line, column, id }];
  });
}
