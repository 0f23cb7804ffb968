/** What GitHub shows at the lines of the migration files, as commands in the log of a step. Pure. */
import { posix } from "node:path";
import { isRefused, rebuildsOf, removes } from "./counts.mjs";

/** GitHub shows no more of a type; it only counts the rest. */
const limit = 10;

/** The most important ones first. Their texts come from the plan, in which secrets are masked. */
export function annotationsOf(plan) {
  const refused = plan.steps.filter(isRefused);
  const removed = plan.steps.filter(removes);
  const built = plan.steps.filter((step) => rebuildsOf(step).length > 0 && !removes(step));
  return [
    ...(plan.refused
      ? [{ type: "error", title: "Files refused", message: lines([plan.refused.message, plan.refused.next]) }]
      : []),
    ...refused.map((step) => at(step, "error", "refused", [step.target, ...step.notes])),
    ...removed.map((step) => at(step, "warning", "removes", [step.target, ...losses(step), ...step.notes])),
    ...built.map((step) => at(step, "warning", "builds an index", rebuildsOf(step).map(buildOf))),
  ];
}

function at({ id, file, line }, type, what, texts) {
  return { type, file: posix.normalize(file), line, title: `${id}: ${what}`, message: lines(texts) };
}

/** What a removal deletes, in the plan's own words: how many documents, for example. */
function losses({ changes, brief = changes }) {
  return brief.flatMap(({ text }) => text ?? []).slice(0, 5);
}

function buildOf({ database, designDoc, views, documents, staged }) {
  const what = `_design/${designDoc} in ${database}${views.length > 0 ? ` (${views.join(", ")})` : ""}`;
  const count = documents === 1 ? "1 document" : `${documents.toLocaleString("en-US")} documents`;
  return `${what}: ${count}${staged ? "; the old index serves meanwhile" : ""}`;
}

const lines = (texts) => texts.join("\n");

/** At most `limit` lines of each type; the last one counts what is left out. */
export function commandsOf(annotations) {
  return ["error", "warning"].flatMap((type) => {
    const all = annotations.filter((one) => one.type === type);
    if (all.length <= limit) return all.map(command);
    const shown = all.slice(0, limit - 1);
    const rest = { type, message: `${all.length - shown.length} more: the job summary has all of them` };
    return [...shown, rest].map(command);
  });
}

/** One line that GitHub reads as one command, whatever the texts contain. */
export function command({ type, message, ...properties }) {
  const named = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(String(value))}`);
  return `::${[type, named.join(",")].filter(Boolean).join(" ")}::${escaped(message)}`;
}

/** Besides what GitHub's format needs: no characters that hide or reorder text. */
function escaped(text) {
  return text
    .replaceAll("%", "%25")
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\uFFFD");
}

function escapedProperty(text) {
  return escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
