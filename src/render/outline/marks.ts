/** What happens to a step, as one character. Pure. */
import type { PlannedDatabase, PlannedStep } from "../../contract/results.js";

export type Mark = "+" | "~" | "-" | "=" | "!" | "?" | "*" | "<" | "≠" | "·" | " ";

const marks = { create: "+", update: "~", remove: "-", adopt: "=", keep: "≠", refused: "!", none: " " } as const;

/** Drift that this plan only shows: `apply` without `--verify` leaves it. */
function isLeftAlone(step: PlannedStep): boolean {
  return step.state === "drifted" && !step.applies && step.action !== "refused";
}

export function markOf(step: PlannedStep): Mark {
  if (step.state === "older") return "<";
  if (isLeftAlone(step)) return "*";
  if (step.action === "none" && (step.state === "pending" || step.state === "changed")) return "·";
  return step.unread ? "?" : marks[step.action];
}

/** The same for one of its databases. @param verify whether `apply` repairs drift in databases that are not due */
export function markIn(step: PlannedStep, { state, action }: PlannedDatabase, verify: boolean): Mark {
  const whole = markOf(step);
  if (whole === "<") return "<";
  if (action === "refused" && step.action === "refused") return step.unread ? "?" : "!";
  if (state === "drifted" && (whole === "*" || !verify)) return "*";
  return marks[action];
}
