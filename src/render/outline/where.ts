/** In which of its databases a step does something. Pure. */
import { grouped, list } from "../../text/quantity.js";

/** How many names are shown, and how long they may be together. */
const most = { named: 3, length: 30, full: 20 };

/**
 * `in tenant-3; the rest have it`. Nothing: in all of them.
 *
 * @param all how many there are
 * @param rest what is true of all others; absent: nothing
 */
export function whereText(
  databases: readonly string[],
  all: number,
  rest: string | undefined,
  full: boolean,
): string | undefined {
  if (databases.length >= all) return undefined;
  const names = full ? list(databases, most.full) : shortList(databases);
  return rest === undefined ? `in ${names}` : `in ${names}; the rest ${rest}`;
}

/** `997 (tenant-0001, …)`, or the names of a few. */
function shortList(databases: readonly string[]): string {
  const names = databases.join(", ");
  if (databases.length === 1 || (databases.length <= most.named && names.length <= most.length)) return names;
  return `${grouped(databases.length)} (${databases[0]}, …)`;
}
