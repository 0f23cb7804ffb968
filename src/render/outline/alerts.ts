/** What a reader must not miss, in the order of its weight. Pure. */
import type { Change, Plan, PlannedStep } from "../../contract/results.js";
import { grouped, list } from "../../text/quantity.js";
import { noMatch, stepChanged } from "../../text/step-notes.js";
import { olderText } from "../older.js";
import { allBuilds } from "./builds.js";
import { sayChanged } from "./changed.js";
import { markOf } from "./marks.js";
import type { Alert } from "./model.js";
import { referenceTo } from "./reference.js";
import { removed } from "./removed.js";

/** More sentences of one kind say no more to a reader, unless everything is asked for. */
const most = { reasons: 5, warnings: 10 } as const;

export function alertsOf(plan: Plan, full: boolean): Alert[] {
  const { older, refused, steps } = plan;
  const builds = allBuilds(steps.filter((step) => "+~".includes(markOf(step))));
  const of = (mark: string) => steps.filter((step) => markOf(step) === mark);
  return [
    ...(refused ? [alert("REFUSED", `${refused.message}; nothing would be applied. ${refused.next}`)] : []),
    ...(older ? [alert("NOT APPLIED", `${olderText(older)}; \`apply\` would skip them. ${older.next}`)] : []),
    ...of("-").map((step) => stepAlert("removes", step, reasonsOf(step, plan), full)),
    ...of("!").map((step) => stepAlert("refused", step, reasonsOf(step, plan), full)),
    ...of("?").map((step) => stepAlert("cannot read", step, reasonsOf(step, plan), full)),
    ...(builds === undefined ? [] : [alert("builds", builds)]),
    ...warningsOf(plan, full),
  ];
}

function alert(label: Alert["label"], text: string): Alert {
  return { label, text, details: [] };
}

function stepAlert(label: Alert["label"], step: PlannedStep, reasons: readonly string[], full: boolean): Alert {
  const lost = removed(step, full);
  const shown = full ? reasons : shortened(reasons, most.reasons);
  const isNamed = lost === "" && shown.some((reason) => reason.includes(step.target));
  const said = [lost, ...shown].filter((part) => part !== "").join("; ");
  return {
    label,
    text: isNamed ? said : [step.target, said].filter((part) => part !== "").join(": "),
    details: full ? sayChanged("", distinct(step.changes), full).details : [],
    reference: referenceTo(step),
  };
}

/** What several databases lose is said once. */
function distinct(changes: PlannedStep["changes"]): Change[] {
  const bare = changes.map(({ database: _, databases: __, ...change }) => [JSON.stringify(change), change] as const);
  return [...new Map(bare).values()];
}

/** Notes that are warnings are said there. */
function reasonsOf({ notes }: PlannedStep, { warnings }: Plan): string[] {
  return notes.filter(
    (note) => note !== noMatch && note !== stepChanged && !warnings.some(({ message }) => message === note),
  );
}

/** The same warning of several steps is one. */
function warningsOf({ warnings }: Plan, full: boolean): Alert[] {
  const ids = new Map<string, Set<string>>();
  for (const { message, id } of warnings) {
    ids.set(message, new Set([...(ids.get(message) ?? []), ...(id === undefined ? [] : [id])]));
  }
  const texts = [...ids].map(([message, of]) => (of.size > 0 ? `${list([...of], 3)}: ${message}` : message));
  return (full ? texts : shortened(texts, most.warnings)).map((text) => alert("warning", text));
}

function shortened(texts: readonly string[], limit: number): string[] {
  if (texts.length <= limit + 1) return [...texts];
  return [...texts.slice(0, limit), `and ${grouped(texts.length - limit)} more`];
}
