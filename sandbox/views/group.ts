/** Reduces rows group by group. */

import { canonicalJson } from "../json.js";
import type { Row } from "./row.js";

interface Group {
  readonly key: unknown;
  readonly rows: readonly Row[];
}

/**
 * @param level how many elements of an array key form the group: 0 puts all rows into one group with the key null,
 * Infinity creates a group per key
 */
export function groupRows(rows: readonly Row[], level: number): Group[] {
  const groups: { key: unknown; rows: Row[]; id: string }[] = [];
  for (const row of rows) {
    const key = groupKey(row.key, level);
    const id = canonicalJson(key);
    const last = groups.at(-1);
    if (last?.id === id) last.rows.push(row);
    else groups.push({ key, rows: [row], id });
  }
  return groups;
}

function groupKey(key: unknown, level: number): unknown {
  if (level === 0) return null;
  return Array.isArray(key) && Number.isFinite(level) ? key.slice(0, level) : key;
}
