/** Reads lines such as `Name: value`. */
import { headerFault, repeatedHeader } from "../couch/own-headers.js";
import type { Report } from "./source.js";

/** @param source where the lines are from, for messages */
export function readHeaders(
  lines: readonly string[],
  source: string,
  report: Report,
): Readonly<Record<string, string>> {
  const headers = lines.map((line) => {
    const [, name = "", value = ""] = /^([^:]*):(.*)$/s.exec(line) ?? [];
    return [name.trim(), value.trim()] as const;
  });
  const faults = headers.flatMap(([name, value]) => headerFault(name, value) ?? []);
  const repeated = repeatedHeader(headers.map(([name]) => name));
  for (const fault of new Set(faults)) report.problem(`${source}: ${fault}`);
  if (repeated !== undefined && faults.length === 0) report.problem(`${source}: \`${repeated}\` is set twice`);
  return Object.fromEntries(headers);
}
