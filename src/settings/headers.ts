/** Reads lines such as `Name: value`. */
import { headerFaults } from "../couch/own-headers.js";
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
  for (const fault of headerFaults(headers)) report.problem(`${source}: ${fault}`);
  return Object.fromEntries(headers);
}
