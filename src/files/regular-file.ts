/**
 * Opens and reads regular files only: a pipe without a writer would block forever, and a device may have no end. The
 * check applies to the opened file, so it can't be replaced in between. Links are followed: a mounted Secret consists
 * of links.
 *
 * Synchronous where a file is read in one go: a set has hundreds of small files, and a promise of node:fs costs
 * several times as much as the file.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** A larger file is not read in one go. CouchDB accepts no document over 8 MB. */
export const maxBytes = 10_000_000;

/** Windows has neither O_NONBLOCK nor such pipes. */
const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants;
const flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

/** The path leads to something that is not read. `reason` is the text after its name: `is a folder, not a file`. */
export class NotReadable extends Error {
  override readonly name = "NotReadable";
  constructor(
    readonly code: "not-a-file" | "file-too-large",
    readonly reason: string,
    readonly path: string,
  ) {
    super(`${path} ${reason}`);
  }
}

export interface ReadOptions {
  /**
   * Also reads a pipe, up to its end, such as a shell's `<(…)`. Only for input that is read once, because the pipe is
   * empty afterwards. The value is how long to wait for its writer, in milliseconds.
   */
  readonly waitForPipe?: number;
}

/** Reads the whole file. Throws NotReadable, and errors of the file system. */
export function readBytes(path: string, { waitForPipe }: ReadOptions = {}): Buffer {
  const file = openNow(path);
  try {
    const stats = fstatSync(file);
    if (waitForPipe !== undefined && stats.isFIFO()) return readToEnd(file, path, 0, waitForPipe);
    assertRegular(stats, path);
    return readToEnd(file, path, stats.size, 0);
  } finally {
    closeSync(file);
  }
}

/** The caller closes it. Throws the same errors as `readBytes`. */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, flags).catch((error: unknown) => {
    throw socketOr(error, path);
  });
  try {
    assertRegular(await file.stat(), path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function openNow(path: string): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    throw socketOr(error, path);
  }
}

/** Sockets, and devices without a driver, can't be opened. */
function socketOr(error: unknown, path: string): unknown {
  return (error as NodeJS.ErrnoException).code === "ENXIO" ? special(path) : error;
}

function special(path: string): NotReadable {
  return new NotReadable("not-a-file", "is a device, pipe or socket, not a file", path);
}

function assertRegular(stats: Stats, path: string): void {
  if (stats.isDirectory()) throw new NotReadable("not-a-file", "is a folder, not a file", path);
  if (!stats.isFile()) throw special(path);
}

/** `size`: from the file system. A file may grow in the meantime, and files in /proc report none. */
function readToEnd(file: number, path: string, size: number, patience: number): Buffer {
  if (size > maxBytes) throw tooLarge(path, size);
  const until = performance.now() + patience;
  const pieces: Buffer[] = [];
  let total = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(Math.max(size - total, 0) + 4_096);
    const length = readSome(file, piece, path, until);
    if (length === 0) return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    total += length;
    if (total > maxBytes) throw tooLarge(path, total);
    pieces.push(piece.subarray(0, length));
  }
}

function readSome(file: number, piece: Buffer, path: string, until: number): number {
  for (;;) {
    try {
      return readSync(file, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      if (performance.now() >= until) {
        throw new NotReadable("not-a-file", "is a pipe, and nothing was written to it in time", path);
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function tooLarge(path: string, bytes: number): NotReadable {
  const megabytes = (bytes / 1e6).toFixed(1);
  return new NotReadable("file-too-large", `has ${megabytes} MB; the limit is ${maxBytes / 1e6} MB; split it`, path);
}
