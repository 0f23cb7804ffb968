/** A file that is read piece by piece, because it may be too large for memory. */
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { openRegular } from "./regular-file.js";

/**
 * Small enough that V8 does not treat the text as a large object: those count as old immediately, and make the heap
 * grow.
 */
export const pieceBytes = 64 * 1024;

export class LargeFile {
  readonly #path: string;

  private constructor(
    path: string,
    /** The name in problems and errors. */
    readonly name: string,
    readonly bytes: number,
  ) {
    this.#path = path;
  }

  /** Throws NotReadable, and errors of the file system. Only checks the file; it is neither read nor kept open. */
  static async at(path: string, name: string): Promise<LargeFile> {
    const file = await openRegular(path);
    try {
      return new LargeFile(path, name, (await file.stat()).size);
    } finally {
      await file.close();
    }
  }

  /** Changes if the path leads to another file or the file was written: a mounted ConfigMap changes its links. */
  async stamp(): Promise<string> {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(this.#path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  }

  async head(bytes: number): Promise<Buffer> {
    const file = await openRegular(this.#path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** Closed together with its stream. */
  async read(): Promise<Readable> {
    return (await openRegular(this.#path)).createReadStream({ highWaterMark: pieceBytes });
  }
}
