import type { Plan, Warning } from "../../contract/results.js";

interface Options {
  readonly verify: boolean;
  readonly allowRevert: boolean;
}

/** Where the run has other settings than the plan, so that it does less than was approved, or more. Pure. */
export function optionWarnings(plan: Plan, run: Options): Warning[] {
  const flags = [
    ["--verify", plan.verify, run.verify, "repairs of drift"],
    ["--allow-revert", plan.allowRevert, run.allowRevert, "a return to older files"],
  ] as const;
  return flags.flatMap(([flag, then, now, what]) => {
    if (then === now) return [];
    const message = then
      ? `the approved plan was made with ${flag}, and this run is without it: ${what} that the plan contains will not be applied`
      : `this run has ${flag}, and the approved plan was made without it: the plan contains no ${what.replace(/^a /, "")}, so the run refuses them`;
    return [{ code: "other-options", message }];
  });
}
