/** How the ledger, the files and the server compare, for people. */
import type { RunRecord, Status, StatusStep } from "../contract/results.js";
import { count, grouped, list, span } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import { notApplied } from "./older.js";
import { orphansText } from "./orphans.js";
import { setName } from "./set-name.js";
import { stagedText } from "./staged-text.js";
import type { Style } from "./style.js";

const runsShown = 5;

export function statusText(status: Status, style: Style): string {
  const server = `${visible(status.server.url)} (CouchDB ${visible(status.server.version)}), ${setName(status, visible)}`;
  const parts = [
    `Status of ${server}`,
    ...(status.files ? [] : ["No migration files found; these are the steps in the ledger."]),
    ...(status.steps.length > 0 ? [stepTable(status.steps, style)] : []),
    style.bold(statusSummary(status)),
    ...nextLines(status, style),
    ...status.warnings.map((warning) => warningText(warning, style)),
    ...(status.release === undefined ? [] : [`Release: ${visible(status.release)}`]),
    ...(status.orphans.length > 0 ? [orphansText(status.orphans)] : []),
    ...(status.staged ? [stagedText(status.staged, style)] : []),
    leasesText(status),
    ...(status.runs.length > 0 ? [runsText(status.runs, style)] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** What to do about differences from the files. */
function nextLines({ steps, files, older }: Status, { dim }: Style): string[] {
  if (older) return [`${dim("next:")} ${visible(older.next)}`];
  const has = (...states: readonly StatusStep["state"][]) => steps.some(({ state }) => states.includes(state));
  const lines = [
    ...(files && has("pending", "changed") ? ["`plan` shows what `apply` would do"] : []),
    ...(has("drifted") ? ["`plan` shows the drift, and `apply --verify` repairs it"] : []),
  ];
  return lines.length > 0 ? [`${dim("next:")} ${lines.join("; ")}.`] : [];
}

function warningText({ id, message }: Status["warnings"][number], style: Style): string {
  return `${style.yellow("warning:")} ${visible(id === undefined ? message : `${id}: ${message}`)}`;
}

/** `12 steps: 10 applied, 2 pending`. */
export function statusSummary({ steps, older }: Status): string {
  if (older) return notApplied(older);
  const counts = new Map<string, number>();
  for (const { state } of steps) counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = [...counts].map(([state, number]) => `${grouped(number)} ${state}`).join(", ");
  return `${count(steps.length, "step")}${states === "" ? "" : `: ${states}`}`;
}

function stepTable(steps: readonly StatusStep[], style: Style): string {
  const rows = steps.map((step) => [step.state, visible(step.id), visible(step.kind), visible(step.appliedAt ?? "")]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const paint = {
    applied: style.green,
    pending: style.yellow,
    changed: style.yellow,
    drifted: style.yellow,
    older: style.yellow,
  };
  return steps
    .flatMap((step, i) => {
      const [state = "", ...rest] = (rows[i] ?? []).map((cell, column) => cell.padEnd(widths[column] ?? 0));
      const line = `  ${paint[step.state](state)}  ${rest.join("  ")}`.trimEnd();
      return [line, ...step.notes.map((note) => `      ${style.dim("note:")} ${visible(note)}`)];
    })
    .join("\n");
}

function leasesText({ lease, parts }: Status): string {
  const own = lease === null ? "The lease is free." : `The lease is held ${heldText(lease)}`;
  const others = parts.map((part) => `Part ${part.number} of ${visible(part.step)} is held ${heldText(part)}`);
  return [own, ...others].join("\n");
}

function heldText({ holder, since, millisecondsHeld }: NonNullable<Status["lease"]>): string {
  const time = millisecondsHeld === undefined ? "" : `, for ${span(millisecondsHeld)}`;
  return `by ${visible(holder)} since ${visible(since)}${time}.`;
}

/** The history in chronological order, with the last run at the end; only the last runs are shown. */
function runsText(runs: readonly RunRecord[], style: Style): string {
  const last = runs.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1)).slice(0, runsShown);
  const lines = last.map((run) => {
    const where = run.environment === undefined ? "" : `${visible(run.environment)}, `;
    const by = style.dim(
      `(${where}${span(run.milliseconds)}, ${visible(run.holder)}, couchdb-migrate ${visible(run.version)})`,
    );
    return `  ${visible(run.startedAt)}  ${resultText(run)}${workText(run)} ${by}`;
  });
  return ["Last runs:", ...lines].join("\n");
}

/** `applied`, `stage failed`, `stage`: what a `stage` staged is counted. */
function resultText({ command, result }: RunRecord): string {
  if (command === undefined) return result;
  return result === "staged" ? visible(command) : `${visible(command)} ${result}`;
}

/** A part can only fail because of its step. */
function workText({ part, applied, adopted, kept = [], staged = [], failures }: RunRecord): string {
  if (part) return `: part ${part.number} of ${part.of} of ${visible(part.step)}`;
  const ids = [...new Set(failures.map(({ id }) => visible(id)))];
  const counts = [
    `${grouped(applied.length)} applied`,
    `${grouped(adopted.length)} adopted`,
    `${grouped(kept.length)} kept`,
    `${count(staged.length, "step")} staged`,
  ];
  const parts = counts.filter((text) => !text.startsWith("0 "));
  const all = [...(ids.length > 0 ? [list(ids, 5)] : []), ...(parts.length > 0 ? [parts.join(", ")] : [])];
  return all.length > 0 ? `: ${all.join("; ")}` : "";
}
