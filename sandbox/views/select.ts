/** Selects the rows of a query from all rows, which are sorted. */

import { queryParseError } from "../reply.js";
import { compareRaw } from "./collation.js";
import type { Parameters } from "./parameters.js";
import type { Row } from "./row.js";

type Compare = (a: unknown, b: unknown) => number;

interface Selection {
  /** The number of rows before the first one; null where CouchDB does not report it. */
  readonly offset: number | null;
  readonly rows: readonly Row[];
}

/** @throws CouchError 400 if the range is reversed */
export function selectRows(sorted: readonly Row[], parameters: Parameters, compare: Compare): Selection {
  const { descending, skip, limit, keys } = parameters;
  const ordered = descending ? sorted.toReversed() : sorted;
  if (keys) {
    if (parameters.startKey !== undefined || parameters.endKey !== undefined) {
      throw queryParseError("`keys` is incompatible with `key`, `start_key` and `end_key`");
    }
    const matches = keys.flatMap((key) => ordered.filter((row) => compare(row.key, key) === 0));
    const [first] = matches;
    const offset = first ? ordered.indexOf(first) : ordered.length;
    return { offset: keys.length === 0 ? 0 : offset, rows: matches.slice(skip, skip + limit) };
  }
  const inRange = ordered.filter(within(parameters, compare));
  const offset = limit === 0 ? 0 : inRange[0] ? ordered.indexOf(inRange[0]) : -1;
  const before = offset === -1 ? ordered.length : offset;
  return {
    offset: limit === 0 ? 0 : Math.min(before + skip, ordered.length),
    rows: inRange.slice(skip, skip + limit),
  };
}

function within(parameters: Parameters, compare: Compare): (row: Row) => boolean {
  const { startKey, endKey, startId, endId, inclusiveEnd, descending } = parameters;
  const direction = descending ? -1 : 1;
  if (startKey !== undefined && endKey !== undefined && direction * compare(startKey, endKey) > 0) {
    const advice = descending ? "descending=false" : "descending=true";
    throw queryParseError(`No rows can match your key range, reverse your start_key and end_key or set ${advice}`);
  }
  return (row) => {
    if (startKey !== undefined) {
      const order = direction * compare(row.key, startKey);
      if (order < 0 || (order === 0 && startId !== undefined && direction * compareRaw(row.id, startId) < 0))
        return false;
    }
    if (endKey === undefined) return true;
    const order = direction * compare(row.key, endKey);
    if (order !== 0) return order < 0;
    return inclusiveEnd && (endId === undefined || direction * compareRaw(row.id, endId) <= 0);
  };
}
