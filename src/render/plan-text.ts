/** A plan for people at a terminal. */
import type { Plan } from "../contract/results.js";
import { visible } from "../text/visible.js";
import { wrapSpans } from "./columns.js";
import { orphansText } from "./orphans.js";
import type { Alert } from "./outline/model.js";
import { outlineOf } from "./outline/outline.js";
import { groupText } from "./plan-group.js";
import { detailLines, type Page, referenceSpans } from "./plan-page.js";
import { closing } from "./plan-summary.js";
import { setName } from "./set-name.js";
import type { Style } from "./style.js";

interface Options {
  readonly details?: boolean;
  /** How wide the terminal is. */
  readonly columns?: number;
  /** Default: `Plan for`. */
  readonly title?: string;
}

const narrowest = 40;

export function planText(
  plan: Plan,
  style: Style,
  { details = false, columns = 80, title = "Plan for" }: Options = {},
): string {
  const page = { style, columns: Math.max(columns, narrowest), full: details };
  const { alerts, groups, orphans } = outlineOf(plan, details);
  const server = `${visible(plan.server.url)} (CouchDB ${visible(plan.server.version)}), ${setName(plan, visible)}`;
  const parts = [
    wrapped(`${title} ${server}`, page),
    ...(alerts.length > 0 ? [alertsText(alerts, page)] : []),
    ...(groups.length > 0 ? [groups.map((group) => groupText(group, page)).join("\n")] : []),
    ...(orphans.length > 0 ? [orphansText(orphans, page.columns)] : []),
    style.bold(wrapped(closing(plan), page)) + (details || groups.length === 0 ? "" : `\n${style.dim(hint)}`),
  ];
  return `${parts.join("\n\n")}\n`;
}

const hint = "`--details` shows whole values, ids, files and descriptions";

function wrapped(text: string, { columns }: Page): string {
  return wrapSpans([{ text }], columns).join("\n");
}

function alertsText(alerts: readonly Alert[], page: Page): string {
  const width = Math.max(...alerts.map(({ label }) => label.length));
  return alerts.flatMap((alert) => alertLines(alert, width, page)).join("\n");
}

function alertLines({ label, text, reference, details }: Alert, width: number, page: Page): string[] {
  const { style, columns } = page;
  const paint = label === "warning" || label === "builds" ? style.yellow : style.red;
  const indent = width + 4;
  const spans = [{ text: visible(text) }, ...referenceSpans(reference, style)];
  const [first = "", ...others] = wrapSpans(spans, columns - indent);
  return [
    `  ${paint(label.padEnd(width))}  ${first}`.trimEnd(),
    ...others.map((line) => " ".repeat(indent) + line),
    ...detailLines(details, page),
  ];
}
