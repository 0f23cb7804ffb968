/** Refuses documents that need more memory than this process may use: V8, or the system, would end it without an error. */
import { MigrateError } from "../../contract/errors.js";
import { besidesHeap, containerLimit, heapLimit, mib } from "../../text/memory.js";
import { occurrences } from "../../text/occurrences.js";

/**
 * Measured with documents of 1 to 7 MB: a document is in memory several times while it is read, compared with the
 * server's and sent, as text and as values.
 */
const program = 14 * mib;
const perCharacter = 6;
const perValue = 48;
const perCharacterBesides = 7;

/** There are about as many as values. */
const comma = /,/g;

/** Smaller documents fit wherever the program fits. Characters. */
const small = 250_000;

/** In bytes. */
interface Limits {
  readonly container: number;
  readonly heap: number;
}

/** Reading them takes longer than everything that is done with a small document. */
export function memoryLimits(): Limits {
  return { container: containerLimit(), heap: heapLimit() };
}

/**
 * @param text a document
 * @param at its file and line
 */
export function assertFits(text: string, at: string, limits: Limits): void {
  if (text.length < small) return;
  const heap = program + text.length * perCharacter + occurrences(text, comma) * perValue;
  const all = besidesHeap + heap + text.length * perCharacterBesides;
  if (heap <= limits.heap && all <= limits.container) return;
  const inMiB = (bytes: number) => Math.ceil(bytes / mib);
  const has = [
    `V8 may use ${inMiB(limits.heap)} MiB`,
    ...(Number.isFinite(limits.container) ? [`the container has ${inMiB(limits.container)} MiB`] : []),
  ];
  throw new MigrateError("too-little-memory", {
    message: `${at}: a document of ${Math.round(text.length / 1e5) / 10} MB needs about ${inMiB(all)} MiB of memory, ${inMiB(heap)} MiB of it for V8; ${has.join(", and ")}`,
    next: `Raise the container's limit to ${inMiB(all)} MiB and set NODE_OPTIONS=--max-old-space-size=${inMiB(heap)}.`,
    data: { needed: inMiB(all), heap: inMiB(heap), limit: inMiB(limits.heap) },
  });
}
