/** Documents in a file that may be larger than what can be held: read once to be checked, and again to be written. */
import { createHash } from "node:crypto";
import { MigrateError } from "../../errors.js";
import type { LargeFile } from "../../migrations/large-file.js";
import { Elements } from "./elements.js";
import { bytesOf, packed } from "./file-text.js";
import { type Cutter, Lines, type Piece } from "./lines.js";
import { type Body, bodyOfSource } from "./source-document.js";

/** One document, and where it stands. */
export interface Sourced extends Body {
  /** How many documents stand before it. */
  readonly index: number;
  readonly line: number;
}

/** The texts in a file, as many at a time as one piece of it holds. Rejects with FileFault. */
export async function* piecesOf(file: LargeFile): AsyncGenerator<readonly Piece[]> {
  const cutter: Cutter = /\.json$/.test(file.name.replace(packed, "")) ? new Elements() : new Lines();
  for await (const bytes of bytesOf(file, () => cutter.line)) yield cutter.push(bytes);
  yield cutter.end();
}

/** Over the documents as they stand there; not over ends of lines, blank lines, packing, or what a list is made of. */
export class ContentHash {
  readonly #hash = createHash("sha256");

  add(pieces: readonly Piece[]): void {
    if (pieces.length === 0) return;
    const text = pieces.map((piece) => piece.text).join("\n");
    this.#hash.update(`${text.includes("\r") ? text.replaceAll("\r", "") : text}\n`);
  }

  digest(): string {
    return this.#hash.digest("hex");
  }
}

/** What was found when the file was read first. */
export interface Content {
  readonly sha256: string;
  readonly documents: number;
  /** The first ones, to be shown. */
  readonly first: readonly Sourced[];
  /** Of the file, see LargeFile. */
  readonly stamp: string;
}

export class DocumentFile {
  /** This and the next are all that the step's checksum is over: they say what the documents are, not where. */
  readonly sha256: string;
  readonly documents: number;
  readonly #file: LargeFile;
  readonly #content: Content;

  constructor(file: LargeFile, content: Content) {
    this.sha256 = content.sha256;
    this.documents = content.documents;
    this.#file = file;
    this.#content = content;
  }

  get name(): string {
    return this.#file.name;
  }

  get first(): readonly Sourced[] {
    return this.#content.first;
  }

  /**
   * The documents again, from number `from` (0) on. Throws `step-failed` where the file is no longer what it was:
   * before the first document if that can be seen, else behind the last.
   */
  async *read(from = 0): AsyncGenerator<readonly Sourced[]> {
    if ((await this.#stamp()) !== this.#content.stamp) await this.#compare();
    const hash = new ContentHash();
    let index = 0;
    try {
      for await (const pieces of piecesOf(this.#file)) {
        hash.add(pieces);
        const begin = index;
        index += pieces.length;
        if (index <= from) continue;
        const left = begin < from ? pieces.slice(from - begin) : pieces;
        const first = index - left.length;
        yield left.map(({ text, line }, i) => ({ ...bodyOfSource(text), index: first + i, line }));
      }
    } catch (error) {
      throw this.#changed(error);
    }
    if (hash.digest() !== this.sha256) throw this.#changed();
  }

  /** Touched, or copied anew, it may still be the same. */
  async #compare(): Promise<void> {
    const hash = new ContentHash();
    try {
      for await (const pieces of piecesOf(this.#file)) hash.add(pieces);
    } catch (error) {
      throw this.#changed(error);
    }
    if (hash.digest() !== this.sha256) throw this.#changed();
  }

  async #stamp(): Promise<string | undefined> {
    return this.#file.stamp().catch(() => undefined);
  }

  #changed(cause?: unknown): MigrateError {
    const message = `${this.name} is no longer what it was when this run read it first`;
    const next = "Run again: the file is read anew, and what differs is written.";
    return new MigrateError("step-failed", { message, next, cause });
  }
}
