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

/** What V8 may use, and what the container's limit leaves for it. */
export function heapLimit(): number {
  return Math.min(getHeapStatistics().heap_size_limit, containerLimit() - besidesHeap);
}
