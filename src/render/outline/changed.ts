/** What is different about an object, in a few words or as a diff. Pure. */
import type { Change } from "../../contract/results.js";
import { changeLines, inline, isAbsent } from "../changes.js";
import { createdFacts } from "./created.js";
import type { Detail } from "./model.js";
import { isHidden } from "./values.js";

export interface Said {
  readonly facts: readonly string[];
  readonly details: readonly Detail[];
}

/** With more than this, each has a line of its own. */
const most = 4;

/** Of an object that is new: no values that take several lines, unless everything is asked for. */
export function sayCreated(
  kind: string,
  root: string,
  target: string,
  changes: readonly Change[],
  full: boolean,
): Said {
  const facts = changes.flatMap(({ text }) => text ?? []);
  const values = changes.filter(({ text }) => text === undefined);
  if (!full) return { facts: [...facts, ...createdFacts(kind, root, target, values)], details: [] };
  return { facts, details: oneDetail(root, values, full) };
}

export function sayChanged(root: string, changes: readonly Change[], full: boolean): Said {
  const texts = changes.flatMap(({ text }) => text ?? []);
  const values = changes.filter(({ text }) => text === undefined);
  if (full) return { facts: texts, details: oneDetail(root, values, full) };
  const short = values.flatMap((change) => factOf(root, change) ?? []);
  if (short.length > most || (texts.length > 0 && values.length > 0)) {
    return { facts: texts, details: oneDetail(root, values, full) };
  }
  const details = values
    .filter((change) => factOf(root, change) === undefined)
    .map((change) => ({ title: keyOf(root, change), lines: changeLines({ ...change, path: "" }, full) }));
  return { facts: [...texts, ...short], details };
}

function oneDetail(root: string, changes: readonly Change[], full: boolean): Detail[] {
  const lines = changes.flatMap((change) => changeLines({ ...change, path: keyOf(root, change) }, full));
  return lines.length === 0 ? [] : [{ title: "", lines }];
}

function factOf(root: string, change: Change): string | undefined {
  const key = keyOf(root, change);
  const [old, now] = [inline(change.before), inline(change.after)];
  if (old === undefined || now === undefined) return undefined;
  const label = key === "" ? "" : `${key} `;
  if (isHidden(change.before) && isHidden(change.after)) return `${label}changes`;
  if (isAbsent(change.before)) return `+ ${label}${now}`;
  if (key === "" && isAbsent(change.after)) return old;
  return isAbsent(change.after) ? `- ${label}${old}` : `${label}${old} → ${now}`;
}

/** `views/by-age/map`. */
function keyOf(root: string, { path }: Change): string {
  return path.slice(root.length).replace(/^\//, "");
}
