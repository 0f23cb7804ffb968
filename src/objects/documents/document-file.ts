/** Documents in a file that may be too large for memory: read once to check it, and again to write the documents. */
import { createHash } from "node:crypto";
import type { MigrateError } from "../../contract/errors.js";
import type { BulkDoc } from "../../couch/bulk-docs.js";
import { type LargeFile, pieceBytes } from "../../files/large-file.js";
import { Elements } from "./elements.js";
import { fileChanged } from "./file-changed.js";
import { bytesOf, FileFault, longest, packed } from "./file-text.js";
import { type Cut, type Cutter, Lines } from "./lines.js";
import { bodyOfSource } from "./source-document.js";

/** One document, and its position. */
export interface Sourced extends BulkDoc {
  /** The number of documents before it. */
  readonly index: number;
  readonly line: number;
}

/**
 * A file that unpacks to so much white space was made to waste our time: a megabyte of gzip may contain a thousand
 * megabytes of blank lines.
 */
const onlyBlank = `there is only white space in ${longest / 1e6} MB`;

/** The texts in a file, one group per piece that is read. Rejects with FileFault. */
export async function* cutsOf(file: LargeFile): AsyncGenerator<Cut> {
  const cutter: Cutter = /\.json$/.test(file.name.replace(packed, "")) ? new Elements() : new Lines();
  let since = 0;
  for await (const bytes of bytesOf(file, () => cutter.line)) {
    const cut = cutter.push(bytes);
    yield cut;
    since = cut.pieces.length > 0 ? 0 : since + bytes.length;
    if (since > longest + pieceBytes) throw new FileFault("no-documents", onlyBlank, cutter.line);
  }
  yield cutter.end();
}

/** A hash of the documents' texts. Independent of line ends, blank lines, compression, and the syntax of a list. */
export class ContentHash {
  readonly #hash = createHash("sha256");

  add({ pieces, plain }: Cut): void {
    if (plain) this.#hash.update(plain).update("\n");
    if (plain || pieces.length === 0) return;
    const text = pieces.map((piece) => piece.text).join("\n");
    this.#hash.update(`${text.includes("\r") ? text.replaceAll("\r", "") : text}\n`);
  }

  digest(): string {
    return this.#hash.digest("hex");
  }
}

export interface SizedDocument {
  readonly id: string;
  readonly line: number;
  readonly bytes: number;
}

/** What was found when the file was first read. */
export interface Content {
  readonly sha256: string;
  readonly documents: number;
  /** The first ones, for display. */
  readonly first: readonly Sourced[];
  /** Ids that a partitioned database refuses; not all of them if there are many. */
  readonly withoutPartition: readonly string[];
  /** The largest ones, if a service may not allow their size; not all of them if there are many. */
  readonly large: readonly SizedDocument[];
  /** The characters of the largest one. */
  readonly largest: number;
  /** The stamp of the file; see LargeFile. */
  readonly stamp: string;
}

export class DocumentFile {
  /** The step's checksum only covers this and the next field: they describe the documents, not their location. */
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

  get withoutPartition(): readonly string[] {
    return this.#content.withoutPartition;
  }

  get largest(): number {
    return this.#content.largest;
  }

  get large(): readonly SizedDocument[] {
    return this.#content.large;
  }

  /**
   * Reads the documents again, from number `from` (starting at 0). Throws `step-failed` if the file has changed:
   * before the first document if it had changed by then, otherwise after the last.
   */
  async *read(from = 0): AsyncGenerator<readonly Sourced[]> {
    await this.#assertSame();
    let index = 0;
    try {
      for await (const { pieces } of cutsOf(this.#file)) {
        const begin = index;
        index += pieces.length;
        if (index <= from) continue;
        const left = begin < from ? pieces.slice(from - begin) : pieces;
        const first = index - left.length;
        yield left.map(({ text, line }, i) => {
          const body = bodyOfSource(text);
          return { id: body.id, text: body.text, index: first + i, line };
        });
      }
    } catch (error) {
      throw this.#changed(error);
    }
    await this.#assertSame();
  }

  /** If the file was touched or copied, it may still have the same content. */
  async #assertSame(): Promise<void> {
    const stamp = await this.#file.stamp().catch(() => undefined);
    if (stamp === this.#content.stamp) return;
    const hash = new ContentHash();
    try {
      for await (const cut of cutsOf(this.#file)) hash.add(cut);
    } catch (error) {
      throw this.#changed(error);
    }
    if (hash.digest() !== this.sha256) throw this.#changed();
  }

  #changed(cause?: unknown): MigrateError {
    return fileChanged(this.name, cause);
  }
}
