/** Reads a text file as all of our input is read: a regular file, not too big, UTF-8, line ends as LF. */
import { isUtf8 } from "node:buffer";
import { NotReadable, readBytes } from "./regular-file.js";

export interface Unreadable {
  readonly code: string;
  /** What follows the file's name in a message: `is missing`. */
  readonly reason: string;
  /** Where in the file, from 1; absent: the file as a whole. */
  readonly line?: number;
  readonly column?: number;
}

export type ReadText = { readonly text: string } | { readonly unreadable: Unreadable };

export function readText(path: string): ReadText {
  try {
    return decode(readBytes(path));
  } catch (error) {
    return { unreadable: unreadable(error) };
  }
}

/** What a failed file operation means. Anything else is a bug, and is thrown on. */
export function unreadable(error: unknown): Unreadable {
  if (error instanceof NotReadable) return { code: error.code, reason: error.reason };
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return { code: "missing-file", reason: "does not exist" };
  if (code === "ELOOP") return { code: "link-loop", reason: "is a link to itself" };
  if (code === "EACCES" || code === "EPERM")
    return { code: "unreadable-file", reason: "can't be read: permission denied" };
  if (code === "ERR_INVALID_ARG_VALUE") return { code: "missing-file", reason: "can't be a file's name" };
  if (code === undefined) throw error;
  return { code: "unreadable-file", reason: `can't be read (${code})` };
}

export function decode(bytes: Buffer): ReadText {
  const encoding = otherEncoding(bytes);
  if (encoding)
    return { unreadable: { code: "not-utf8", reason: `is in ${encoding}; save it as UTF-8`, line: 1, column: 1 } };
  if (!isUtf8(bytes)) return { unreadable: notUtf8(bytes) };
  const text = bytes.toString("utf8");
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  return { text: text.slice(start).replaceAll(/\r\n?/g, "\n") };
}

/** Seen by the first four bytes. */
export function otherEncoding(bytes: Buffer): string | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? "UTF-32" : "UTF-16";
  if (first === 0xfe && second === 0xff) return "UTF-16";
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return "UTF-32";
  // Without a byte order mark: every other byte of ASCII text is 0.
  const zeros = bytes.length >= 4 && [first === 0 && third === 0, second === 0 && fourth === 0];
  return zeros && zeros[0] !== zeros[1] ? "UTF-16" : undefined;
}

/** The first byte that does not come out as it went in. */
function notUtf8(bytes: Buffer): Unreadable {
  const again = Buffer.from(bytes.toString("utf8"));
  let at = 0;
  while (bytes[at] === again[at]) at++;
  const before = bytes.subarray(0, at).toString("utf8");
  const lineStart = Math.max(before.lastIndexOf("\n"), before.lastIndexOf("\r")) + 1;
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, "0");
  return {
    code: "not-utf8",
    reason: `is not UTF-8 (byte 0x${byte}); save it as UTF-8`,
    line: before.split(/\r\n?|\n/).length,
    column: [...before.slice(lineStart)].length + 1,
  };
}
