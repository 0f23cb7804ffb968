/** A diagnosis for people: one line per check, in groups, and what to do about problems. */
import type { Check, CheckGroup, CheckStatus, Diagnosis } from "../contract/diagnosis.js";
import { grouped } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import type { Style } from "./style.js";

const titles: Readonly<Record<CheckGroup, string>> = {
  machine: "Machine",
  settings: "Settings",
  files: "Files",
  connection: "Connection",
  server: "Server",
  login: "Login",
  ledger: "Ledger",
};

export function doctorText(diagnosis: Diagnosis, style: Style): string {
  const groups = (Object.keys(titles) as CheckGroup[]).flatMap((group) => {
    const checks = merged(diagnosis.checks.filter((check) => check.group === group));
    return checks.length === 0 ? [] : [[style.bold(titles[group]), ...checks.flatMap((one) => linesOf(one, style))]];
  });
  const blocks = [...groups.map((lines) => lines.join("\n")), style.bold(doctorSummary(diagnosis))];
  return `${blocks.join("\n\n")}\n`;
}

/** Merges neighbours that were skipped for the same reason. */
function merged(checks: readonly Check[]): Check[] {
  const all: Check[] = [];
  for (const check of checks) {
    const last = all.at(-1);
    if (last?.status === "skipped" && check.status === "skipped" && last.detail === check.detail) {
      all[all.length - 1] = { ...last, name: `${last.name}, ${check.name}` };
    } else all.push(check);
  }
  return all;
}

/** `1 problem, 2 warnings, 15 ok, 3 skipped.` */
export function doctorSummary({ checks }: Diagnosis): string {
  const counts = (["problem", "warning", "ok", "skipped"] as const).flatMap((status) => {
    const number = checks.filter((check) => check.status === status).length;
    return number === 0 ? [] : [`${grouped(number)} ${number > 1 ? plurals[status] : status}`];
  });
  return `${counts.join(", ")}.`;
}

const plurals: Readonly<Record<CheckStatus, string>> = {
  problem: "problems",
  warning: "warnings",
  ok: "ok",
  skipped: "skipped",
};

function linesOf({ name, status, detail, code, lines = [], next }: Check, style: Style): string[] {
  const paint = { ok: style.green, warning: style.yellow, problem: style.red, skipped: style.dim }[status];
  const head = `  ${paint(status.padEnd(7))}  ${visible(name)}: ${visible(detail)}${code === undefined ? "" : style.dim(` [${code}]`)}`;
  return [
    head,
    ...lines.map((line) => `           ${visible(line)}`),
    ...(next === undefined ? [] : [`           ${style.dim("next:")} ${visible(next)}`]),
  ];
}
