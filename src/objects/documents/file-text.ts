/** Reads the bytes of a file of documents, unpacks gzip, and reports what can be wrong with them. */
import { isAscii, isUtf8 } from "node:buffer";
import { finished, pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type LargeFile, pieceBytes } from "../../files/large-file.js";
import { decode, otherEncoding, unreadable } from "../../files/read-text.js";

/** The maximum size of a document, including attachments. */
export const longest = 64_000_000;

/** Reading ends here; the rest of the file is unknown. */
export class FileFault extends Error {
  override readonly name = "FileFault";
  constructor(
    readonly code: string,
    message: string,
    /** Starting from 1. */
    readonly line: number,
    readonly column = 1,
  ) {
    super(message);
  }
}

/** The part of a file's name that only says how it is compressed. */
export const packed = /\.gz$/;

/**
 * Rejects with FileFault if the file can't be read, or is an incomplete gzip; `lines`: the number of lines read so
 * far.
 */
export async function* bytesOf(file: LargeFile, lines: () => number): AsyncGenerator<Buffer> {
  let source: Readable | undefined;
  try {
    const isPacked = await isGzip(file);
    if (!isPacked && packed.test(file.name)) {
      throw new FileFault("not-gzip", "the file is not gzip, but its name ends with .gz", 1);
    }
    const plain = await file.read();
    source = isPacked ? unpacking(plain) : plain;
    for await (const chunk of source) yield chunk as Buffer;
  } catch (error) {
    throw faultOf(error, lines());
  } finally {
    source?.destroy();
  }
}

/** Detected from its first bytes, regardless of its name. */
export async function isGzip(file: LargeFile): Promise<boolean> {
  const [first, second] = await file.head(2);
  return first === 0x1f && second === 0x8b;
}

function unpacking(source: Readable): Readable {
  const gunzip = createGunzip({ chunkSize: pieceBytes });
  pipeline(source, gunzip, () => {});
  finished(gunzip, () => source.destroy());
  return gunzip;
}

function faultOf(error: unknown, line: number): unknown {
  if (error instanceof FileFault) return error;
  const { code = "" } = error as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR") return new FileFault("bad-gzip", "the file is cut off: its gzip has no end", line);
  if (code.startsWith("Z_")) {
    return new FileFault("bad-gzip", `the file can't be unpacked: ${(error as Error).message}`, line);
  }
  const { code: problem, reason } = unreadable(error);
  return new FileFault(problem, `the file ${reason}`, line);
}

/** @param bytes the first bytes of a file. Throws FileFault if they are in another encoding than UTF-8 */
export function checkEncoding(bytes: Buffer): void {
  const encoding = otherEncoding(bytes);
  if (encoding) throw new FileFault("not-utf8", `the file is in ${encoding}; save it as UTF-8`, 1);
}

/** `line`: the line in which the bytes start. Throws FileFault if they are not UTF-8. */
export function textOf(bytes: Buffer, line: number): string {
  // Most text is ASCII, and this takes a tenth of the time.
  if (isAscii(bytes)) return bytes.toString("latin1");
  if (isUtf8(bytes)) return bytes.toString();
  const read = decode(bytes);
  if ("text" in read) return read.text;
  const { code, reason, line: at = 1, column = 1 } = read.unreadable;
  throw new FileFault(code, `the file ${reason}`, line + at - 1, column);
}
