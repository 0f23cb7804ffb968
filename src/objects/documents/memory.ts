/** Refuses documents that need more memory than the container has: the system would end the process without an error. */
import { MigrateError } from "../../contract/errors.js";
import { mib } from "../../text/memory.js";

/** Measured with documents of 1 to 7 MB, each of which is in memory several times while it is read and sent. */
const program = 50 * mib;
const perCharacter = 8;

/**
 * @param largest the number of characters of a document
 * @param at its file and line
 * @param limit the container's, in bytes
 */
export function assertFits(largest: number, at: string, limit: number): void {
  const needed = program + largest * perCharacter;
  if (needed <= limit) return;
  const [all, has] = [needed, limit].map((bytes) => Math.ceil(bytes / mib));
  throw new MigrateError("too-little-memory", {
    message: `${at}: a document of ${Math.round(largest / 1e5) / 10} MB needs about ${all} MiB of memory, and the container has ${has} MiB`,
    next: `Raise the container's limit to ${all} MiB.`,
    data: { needed: all, limit: has },
  });
}
