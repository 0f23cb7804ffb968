import type { Plan } from "../../contract/results.js";
import { alertsOf } from "./alerts.js";
import { groupsOf } from "./groups.js";
import type { Outline } from "./model.js";

/** @param full everything: ids, files, descriptions and whole values (`--details`) */
export function outlineOf(plan: Plan, full: boolean): Outline {
  const { server, set, orphans } = plan;
  return { plan: { server, set }, alerts: alertsOf(plan, full), groups: groupsOf(plan, full), orphans, full };
}
