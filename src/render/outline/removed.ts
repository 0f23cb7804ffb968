/** What is lost by a removal, in a few words. Pure. */
import type { Change, PlannedStep } from "../../contract/results.js";
import { isObject } from "../../text/json.js";
import { fromPointer } from "../../text/pointer.js";
import { count, list } from "../../text/quantity.js";
import { removes } from "../removal.js";
import { shortValue } from "./values.js";

const mostNamed = 5;

/** @param full all of them, not only the first */
export function removed(step: PlannedStep, full: boolean): string {
  const { kind, target, changes, databases } = step;
  const most = full ? Number.POSITIVE_INFINITY : mostNamed;
  const places = Object.entries(databases).flatMap(([name, { action }]) =>
    action === "remove" || action === "refused" ? [name] : [],
  );
  const facts = [
    ...(removes(step) ? placeFact(target, places, most) : []),
    ...changes.flatMap((change) => (removes(step) || change.text !== undefined ? lostFact(kind, target, change) : [])),
  ];
  return list([...new Set(facts)], most);
}

/** Whoever approves a removal has to know where it happens, and the step may have a pattern. */
function placeFact(target: string, places: readonly string[], most: number): string[] {
  const [only, ...others] = places;
  if (only === undefined) return [];
  if (others.length > 0) return [`in ${count(places.length, "database")} (${list(places, most)})`];
  return target.endsWith(` ${only}`) ? [] : [`in ${only}`];
}

function lostFact(kind: string, target: string, { path, before, text }: Change): string[] {
  if (text !== undefined) return [text];
  const keys = fromPointer(path);
  const name = isObject(before) && kind === "removeIndexes" ? String(before.name) : (keys.at(-1) ?? "");
  const named = ` ${target},`.includes(` ${name} `) || target.endsWith(` ${name}`);
  if (isObject(before) && isObject(before.views)) return [`${name} with views ${Object.keys(before.views).join(", ")}`];
  if (isObject(before) && /(?:DesignDocs|Indexes|Documents)$/.test(kind)) return named ? [] : [name];
  if (isObject(before) && "source" in before && "target" in before) {
    return [`from ${shortValue(before.source)} to ${shortValue(before.target)}`];
  }
  if (path === "/name" || before === null || before === undefined) return [];
  return [`${keys.join("/")}=${shortValue(before)}`];
}
