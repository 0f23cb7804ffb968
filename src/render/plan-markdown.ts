/** A plan for a comment on a pull request. */
import type { Orphan, Plan } from "../contract/results.js";
import { cut } from "../text/cut.js";
import { count, grouped } from "../text/quantity.js";
import { code, fenced, html, inText } from "./markdown.js";
import { forgetHint, orphanLines, orphansHead } from "./orphans.js";
import { countOf, nameOf } from "./outline/group-name.js";
import type { Alert, Detail, Group, Outline, OutlineLine, Reference } from "./outline/model.js";
import { outlineOf } from "./outline/outline.js";
import { refusedOf, summaryOf } from "./plan-summary.js";
import { setName } from "./set-name.js";

/** The maximum length of a comment on GitHub. */
export const longestComment = 65_536;

/** How much of an outline is written: the first so many alerts and lines, and the details of the first so many of them. */
interface Extent {
  readonly lines: number;
  readonly details: number;
}

export function planMarkdown(plan: Plan, { details = false, limit = longestComment } = {}): string {
  const outline = outlineOf(plan, details);
  const all = itemsOf(outline).length;
  const write = (extent: Extent) => markdown(plan, outline, extent, limit);
  const whole = write({ lines: all, details: all });
  if (whole.length <= limit) return whole;
  const withoutDetails = write({ lines: all, details: 0 }).length <= limit;
  const some = (n: number) => write(withoutDetails ? { lines: all, details: n } : { lines: n, details: 0 });
  return some(most(all, (n) => some(n).length <= limit)).slice(0, limit);
}

function itemsOf({ alerts, groups }: Outline): (Alert | OutlineLine)[] {
  return [...alerts, ...groups.flatMap(({ lines }) => lines)];
}

/** The highest number up to `all` that fits; if none does, 0. */
function most(all: number, fits: (n: number) => boolean): number {
  let [low, high] = [0, all];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function markdown(plan: Plan, outline: Outline, extent: Extent, limit: number): string {
  const items = itemsOf(outline);
  const shown = new Set(items.slice(0, extent.lines));
  const detailed = new Set(items.slice(0, extent.details));
  const server = `${code(plan.server.url)}, CouchDB ${inText(plan.server.version)}, ${setName(plan, code)}`;
  const alerts = outline.alerts.filter((alert) => shown.has(alert));
  const details = (title: string, item: Alert | OutlineLine) =>
    detailed.has(item) ? detailBlock(title, item.details) : [];
  const parts = [
    `## CouchDB plan: ${titleOf(plan)}`,
    isAside(plan) ? server : `${server}: ${summaryOf(plan)}`,
    ...(alerts.length > 0 ? [alerts.map(alertText).join("\n")] : []),
    ...alerts.flatMap((alert) => details(alert.text, alert)),
    ...outline.groups.flatMap((group) => {
      const lines = group.lines.filter((line) => shown.has(line));
      if (lines.length === 0) return [];
      return [tableText(group, lines), ...lines.flatMap((line) => details(`${line.what} in ${nameOf(group)}`, line))];
    }),
    ...leftOut(items, extent, limit),
    ...(outline.orphans.length > 0 ? [orphansText(outline.orphans)] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Said by an alert. */
function isAside(plan: Plan): boolean {
  return plan.refused !== undefined || plan.older !== undefined;
}

function titleOf(plan: Plan): string {
  if (plan.refused) return "REFUSED";
  if (plan.older) return "NOT APPLIED";
  return `${plan.changes === 0 ? "no changes" : count(plan.changes, "change")}${refusedOf(plan)}`;
}

/** The title has said `REFUSED` and `NOT APPLIED`. */
function alertText({ label, text, reference }: Alert): string {
  const isTitle = label === "REFUSED" || label === "NOT APPLIED";
  return `- ${isTitle ? "" : `**${label}** `}${inText(text)}${referenceText(reference)}`;
}

function referenceText(reference: Reference | undefined): string {
  return reference ? ` (${code(reference.id)}, ${code(reference.at)})` : "";
}

function tableText(group: Group, lines: readonly OutlineLine[]): string {
  const head = `${html(nameOf(group))}${countOf(group)}`;
  return [`| | ${head} | |`, "|---|---|---|", ...lines.map(row)].join("\n");
}

function row(line: OutlineLine): string {
  const said = [
    ...(line.where === undefined ? [] : [inText(line.where)]),
    ...line.builds.map((text) => `**${inText(text)}**`),
    ...line.facts.map(code),
  ];
  const below = [
    ...(line.description === undefined ? [] : [inText(line.description)]),
    ...line.notes.map((note) => `note: ${inText(note)}`),
  ];
  const text = [said.join(" · ") + referenceText(line.reference), ...below].filter((part) => part !== "").join("<br>");
  return `| ${code(line.mark)} | ${inText(line.what)} | ${text} |`;
}

function detailBlock(title: string, details: readonly Detail[]): string[] {
  if (details.length === 0) return [];
  const blocks = details.flatMap(({ title: value, lines }) => [
    ...(value === "" ? [] : [code(value), ""]),
    fenced(lines),
    "",
  ]);
  return [["<details>", `<summary>${html(cut(title, 200))}</summary>`, "", ...blocks, "</details>"].join("\n")];
}

function leftOut(items: readonly (Alert | OutlineLine)[], { lines, details }: Extent, limit: number): string[] {
  const rows = items.length - Math.min(lines, items.length);
  const diffs = items.slice(details).filter((item) => item.details.length > 0).length;
  if (rows + diffs === 0) return [];
  const [what, left] = rows > 0 ? [count(rows, "more line"), rows] : [count(diffs, "more diff"), diffs];
  return [
    `**${what} ${left === 1 ? "is" : "are"} left out**: the plan is longer than ${grouped(limit)} characters. \`couchdb-migrate plan\` shows all of it.`,
  ];
}

function orphansText(orphans: readonly Orphan[]): string {
  const style = { text: inText, code };
  const lines = orphanLines(orphans, style).map((line) => `- ${line}`);
  return [orphansHead, "", ...lines, "", forgetHint(orphans, style)].join("\n");
}
