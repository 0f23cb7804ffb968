/** What a plan comes to; text, Markdown and the log share it. Pure. */
import type { Plan } from "../contract/results.js";
import { grouped, list } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import { notApplied } from "./older.js";
import { type Mark, markOf } from "./outline/marks.js";

/** `1 refused; 3 to create, 1 to change, 0 to remove, 2 to adopt; 5 unchanged`. */
export function summaryOf(plan: Plan): string {
  if (plan.refused) return `REFUSED: ${visible(plan.refused.message)}; nothing would be applied`;
  if (plan.older) return `${notApplied(plan.older)}; \`apply\` would skip them`;
  const { refused, todo, rest } = countsOf(plan);
  return [refused, todo, rest].filter((text) => text !== "").join("; ");
}

/** The last line of a plan: what `REFUSED` and `NOT APPLIED` mean is said at its top. */
export function closing(plan: Plan): string {
  if (plan.refused) return "REFUSED: nothing would be applied.";
  if (plan.older) return "NOT APPLIED: these files are older than what is applied.";
  const { rest } = countsOf(plan);
  const kept = plan.steps.filter((step) => markOf(step) === "≠" && step.state === "applied");
  if (!plan.steps.every((step) => markOf(step) === " " || kept.includes(step))) return summaryOf(plan);
  if (kept.length > 0) {
    const ids = list(
      kept.map(({ id }) => visible(id)),
      20,
    );
    return `Nothing to do: differences in ${ids} are kept by design. ${rest}`;
  }
  const apart = plan.unset ? ", apart from the unknown secrets" : "";
  return `Nothing to do${apart}: CouchDB matches the files. ${rest}`.trimEnd();
}

/** `, 1 refused`: what a title must not leave out. */
export function refusedOf(plan: Plan): string {
  const { refused } = countsOf(plan);
  return refused === "" ? "" : `, ${refused}`;
}

function countsOf({ steps }: Plan): { readonly refused: string; readonly todo: string; readonly rest: string } {
  const of = (mark: Mark) => steps.filter((step) => markOf(step) === mark).length;
  const text = (...counted: readonly (readonly [Mark, string])[]) =>
    counted.filter(([mark]) => of(mark) > 0).map(([mark, word]) => `${grouped(of(mark))} ${word}`);
  const always = [`${grouped(of("+"))} to create`, `${grouped(of("~"))} to change`, `${grouped(of("-"))} to remove`];
  return {
    refused: text(["!", "refused"], ["?", "unreadable"]).join(", "),
    todo: [...always, ...text(["=", "to adopt"])].join(", "),
    rest: text(
      [" ", "unchanged"],
      ["≠", "kept"],
      ["·", "without a matching database"],
      ["*", "drifted (apply --verify repairs drift)"],
    ).join(", "),
  };
}
