/** A file that becomes an attachment. It may be too large for memory: it is read once to digest it, and again to send it. */
import { createHash } from "node:crypto";
import type { BodyStream } from "../../couch/transport.js";
import type { LargeFile } from "../../files/large-file.js";
import { fileChanged } from "./file-changed.js";

export class AttachedFile implements BodyStream {
  /** The step's checksum and comparisons cover these three fields, and not where the file is. */
  readonly content_type: string;
  readonly length: number;
  /** `sha256-…`, in hex. */
  readonly digest: string;
  /** `md5-…`, as in CouchDB's stubs. */
  readonly #md5: string;
  readonly #file: LargeFile;

  private constructor(file: LargeFile, contentType: string, { length, sha256, md5 }: Digests) {
    this.content_type = contentType;
    this.length = length;
    this.digest = `sha256-${sha256}`;
    this.#md5 = `md5-${md5}`;
    this.#file = file;
  }

  /** Rejects with errors of the file system. */
  static async read(file: LargeFile, contentType: string): Promise<AttachedFile> {
    const digests = new Digester();
    for await (const piece of await file.read()) digests.add(piece);
    return new AttachedFile(file, contentType, digests.end());
  }

  get bytes(): number {
    return this.length;
  }

  get md5(): string {
    return this.#md5;
  }

  /** Throws `step-failed` before the last piece if the file has changed. */
  async *open(): AsyncGenerator<Buffer> {
    const digests = new Digester();
    let last: Buffer | undefined;
    try {
      for await (const piece of (await this.#file.read()) as AsyncIterable<Buffer>) {
        digests.add(piece);
        if (digests.length > this.length) break;
        if (last) yield last;
        last = piece;
      }
    } catch (error) {
      throw fileChanged(this.#file.name, error);
    }
    if (`sha256-${digests.end().sha256}` !== this.digest) throw fileChanged(this.#file.name);
    if (last) yield last;
  }
}

interface Digests {
  readonly length: number;
  readonly sha256: string;
  readonly md5: string;
}

class Digester {
  length = 0;
  readonly #sha256 = createHash("sha256");
  readonly #md5 = createHash("md5");

  add(piece: Buffer): void {
    this.length += piece.length;
    this.#sha256.update(piece);
    this.#md5.update(piece);
  }

  end(): Digests {
    return { length: this.length, sha256: this.#sha256.digest("hex"), md5: this.#md5.digest("base64") };
  }
}
