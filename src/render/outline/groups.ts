/** The steps of a plan by the place where they work, in the order of the files. Pure. */
import type { Plan, PlannedStep } from "../../contract/results.js";
import { groupBy } from "../../text/group-by.js";
import { grouped, list } from "../../text/quantity.js";
import { noMatch, stepChanged } from "../../text/step-notes.js";
import { markOf } from "./marks.js";
import type { Group, OutlineLine } from "./model.js";
import { placeOf } from "./place.js";
import { referenceTo } from "./reference.js";
import { stepLines } from "./step-lines.js";

/** Names of what is only recorded. */
const mostNamed = 5;

interface Place {
  readonly places: readonly string[];
  readonly databases: Set<string>;
  readonly lines: OutlineLine[];
}

export function groupsOf(plan: Plan, full: boolean): Group[] {
  const server: Place = { places: [], databases: new Set(), lines: [] };
  const all = new Map<string, Place>([["", server]]);
  const warned = new Set(plan.warnings.map(({ message }) => message));
  for (const step of plan.steps) {
    const lines = linesOf(step, plan, warned, full);
    if (lines.length === 0) continue;
    const { places } = placeOf(step);
    const key = places.join(", ");
    const place = all.get(key) ?? { places, databases: new Set(), lines: [] };
    for (const name of Object.keys(step.databases)) place.databases.add(name);
    place.lines.push(...lines);
    all.set(key, place);
  }
  const groups = [...all.values()]
    .filter(({ lines }) => lines.length > 0)
    .map(({ places, databases, lines }): Group => {
      const counted = places.some((name) => name.includes("*")) ? { databases: databases.size } : {};
      return { places, ...counted, lines: full ? lines : recordedAsOne(lines) };
    });
  return full ? groups : likeOnesJoined(groups);
}

/** Without what alerts say: removals, refusals and warnings. */
function linesOf(step: PlannedStep, plan: Plan, warned: ReadonlySet<string>, full: boolean): OutlineLine[] {
  const mark = markOf(step);
  const isAlert = "-!?".includes(mark);
  const isSaid = (note: string) =>
    note === noMatch || warned.has(note) || (!full && note === stepChanged && "+~".includes(mark));
  const notes = isAlert ? [] : step.notes.filter((note) => !isSaid(note));
  if (plan.older && notes.length === 0) return [];
  const own = stepLines(step, plan.verify, full).filter((line) => !isAlert || !"-!?".includes(line.mark));
  const lines = own.length > 0 || notes.length === 0 ? own : [plainLine(step)];
  const once = step.kind.startsWith("transform") ? [`one-time step ${step.id}`] : [];
  return lines.map((line, i) => ({
    ...line,
    ...(i === 0 ? { notes, facts: [...once, ...line.facts] } : {}),
    ...(i === 0 && full ? { reference: referenceTo(step) } : {}),
    ...(i === 0 && full && step.description !== undefined ? { description: step.description } : {}),
  }));
}

function plainLine(step: PlannedStep): OutlineLine {
  return { mark: markOf(step), what: placeOf(step).what, builds: [], facts: [], details: [], notes: [] };
}

/** What nothing is written for is one line of a group. */
function recordedAsOne(lines: readonly OutlineLine[]): OutlineLine[] {
  const isRecorded = (line: OutlineLine) => line.mark === "=" && line.where === undefined && line.notes.length === 0;
  const recorded = groupBy(lines.filter(isRecorded), ({ facts }) => facts.join());
  const joined = [...recorded.values()].flatMap((same) => {
    const [first] = same;
    if (!first || same.length === 1) return same;
    const names = list(
      same.map(({ what }) => what),
      mostNamed,
    );
    return [{ ...first, what: `${grouped(same.length)} ${first.facts.join()}`, facts: [names] }];
  });
  return [...joined, ...lines.filter((line) => !isRecorded(line))];
}

/** Places with the same lines are one group. */
function likeOnesJoined(groups: readonly Group[]): Group[] {
  const joined = new Map<string, Group>();
  for (const group of groups) {
    const isAlone = group.places.length === 0 || group.databases !== undefined;
    const key = JSON.stringify([isAlone ? group.places : "", group.lines]);
    joined.set(key, { ...group, places: [...(joined.get(key)?.places ?? []), ...group.places] });
  }
  return [...joined.values()];
}
