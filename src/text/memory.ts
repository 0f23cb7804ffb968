/** How much memory this process may use. */
import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";

export const mib = 2 ** 20;

/** What Node.js needs besides V8's heap, in bytes. */
export const besidesHeap = 30 * mib;

/** The limit of the container, in bytes; `Infinity`: none. */
export function containerLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : Number.POSITIVE_INFINITY;
}

/** What V8 may use for objects that stay, and what the container's limit leaves for it. */
export function heapLimit(): number {
  return Math.min(oldSpaceLimit(getHeapStatistics().heap_size_limit), containerLimit() - besidesHeap);
}

const oldSpaceOption = /(?<![^\s"])--max[-_]old[-_]space[-_]size=(\d+)/g;

/**
 * V8's `heap_size_limit` includes the space for new objects: up to 96 MiB more than `--max-old-space-size`, which files
 * can't use.
 *
 * @param whole V8's `heap_size_limit`, in bytes
 * @param options those of Node.js, of which the last one counts
 */
export function oldSpaceLimit(
  whole: number,
  options: readonly string[] = [process.env.NODE_OPTIONS ?? "", ...process.execArgv],
): number {
  const size = Number([...options.join(" ").matchAll(oldSpaceOption)].at(-1)?.[1] ?? 0);
  return size > 0 ? Math.min(size * mib, whole) : whole;
}
