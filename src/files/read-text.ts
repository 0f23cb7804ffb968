/**
 * Reads a text file, with the rules for all our input: a regular file, not too large, UTF-8, line ends converted to
 * LF.
 */
import { isUtf8 } from "node:buffer";
import { NotReadable, readBytes } from "./regular-file.js";

export interface Unreadable {
  readonly code: string;
  /** The text after the file's name in a message: `is missing`. */
  readonly reason: string;
  /** Line in the file, starting from 1; absent: the whole file. */
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

/** Explains a failed file operation. Any other error is a bug, and is rethrown. */
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

/** Detected from the first four bytes. */
export function otherEncoding(bytes: Buffer): string | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? "UTF-32" : "UTF-16";
  if (first === 0xfe && second === 0xff) return "UTF-16";
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return "UTF-32";
  // Without a byte order mark: in ASCII text, every other byte is 0.
  const zeros = bytes.length >= 4 && [first === 0 && third === 0, second === 0 && fourth === 0];
  return zeros && zeros[0] !== zeros[1] ? "UTF-16" : undefined;
}

/** The first byte that decoding and encoding does not preserve. */
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
