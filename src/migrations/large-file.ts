/** A file that is read piece by piece, because it may be larger than what can be held. */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { Readable } from "node:stream";

/** So small that their text is no large object of V8: those grow old at once, and the heap with them. */
export const pieceBytes = 64 * 1024;

export class LargeFile {
  readonly #path: string;

  private constructor(
    path: string,
    /** As problems and errors name it. */
    readonly name: string,
    readonly bytes: number,
  ) {
    this.#path = path;
  }

  /** Throws what the file system says. The file is looked at, and neither read nor kept open. */
  static async at(path: string, name: string): Promise<LargeFile> {
    return new LargeFile(path, name, (await stat(path)).size);
  }

  /** Another one where another file is behind the path, or it was written to: a mounted ConfigMap changes its links. */
  async stamp(): Promise<string> {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(this.#path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  }

  async head(bytes: number): Promise<Buffer> {
    const file = await open(this.#path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  read(): Readable {
    return createReadStream(this.#path, { highWaterMark: pieceBytes });
  }
}
