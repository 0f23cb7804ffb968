/** All rules over the steps of a set. Pure. */
import type { LintFinding } from "../contract/lint.js";
import type { Position } from "../contract/problem.js";
import type { Step } from "../migrations/step.js";
import { toPointer } from "../text/pointer.js";
import { type Found, withoutOff } from "./off.js";
import type { InSet, Rule, Target } from "./rule.js";
import { rules as registry } from "./rules/index.js";
import { type DesignDocSubject, designDocsOf } from "./subjects.js";

/** @param off ids of the rules that are off for the whole set. The steps have `written`. */
export function lintSteps(
  steps: readonly Step[],
  target: Target,
  off: ReadonlySet<string>,
  rules: readonly Rule[] = registry,
): LintFinding[] {
  const subjects = new Map(steps.map((step) => [step, designDocsOf(step)]));
  const found = rules
    .filter(({ id }) => !off.has(id))
    .flatMap((rule) => foundBy(rule, steps, subjects, target).map((one) => asFound(rule, one)));
  return withoutRepetitions(withoutOff(found, steps, off)).sort(byPosition);
}

type Subjects = ReadonlyMap<Step, readonly DesignDocSubject[]>;

function foundBy(rule: Rule, steps: readonly Step[], subjects: Subjects, target: Target): InSet[] {
  if (rule.on === "set") return [...rule.check(steps, target)];
  if (rule.on === "step") return steps.flatMap((step) => rule.check(step, target).map((one) => ({ ...one, step })));
  return steps.flatMap((step) =>
    (subjects.get(step) ?? []).flatMap((doc) => inDesignDoc(rule, doc, target).map((one) => ({ ...one, step }))),
  );
}

function inDesignDoc(
  rule: Extract<Rule, { on: "function" | "designDoc" }>,
  doc: DesignDocSubject,
  target: Target,
): Omit<InSet, "step">[] {
  if (rule.on === "designDoc") {
    return rule.check(doc, target).map(({ keys, ...one }) => ({ ...one, at: `${doc.pointer}${toPointer(keys)}` }));
  }
  return doc.functions.flatMap((subject) =>
    rule.check(subject, target).map((one) => ({ ...one, at: `${doc.pointer}${toPointer(subject.keys)}` })),
  );
}

function asFound({ id: rule, severity: usual }: Rule, { step, at, offset, message, severity = usual }: InSet): Found {
  const { file, line, column } = typeof at === "string" ? placeOf(step, at, offset) : at;
  return { step, finding: { rule, severity, message, file, line, column, id: step.id } };
}

function placeOf({ written, position }: Step, pointer: string, offset?: number): Position {
  return written?.at(pointer, offset) ?? position;
}

/** Several steps may name the same file. */
function withoutRepetitions(findings: readonly LintFinding[]): LintFinding[] {
  const byPlace = findings.map(
    (one) => [[one.file, one.line, one.column, one.rule, one.message].join("\n"), one] as const,
  );
  return [...new Map([...byPlace].reverse()).values()].reverse();
}

function byPosition(a: LintFinding, b: LintFinding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
