/** NDJSON: one document per line. Accepts the line ends of any system, and ignores blank lines. */
import { checkEncoding, FileFault, longest, textOf } from "./file-text.js";

/** The text of one document, and the line in which it starts. */
export interface Piece {
  readonly text: string;
  /** Starting from 1. */
  readonly line: number;
}

/** Documents that were read together. */
export interface Cut {
  readonly pieces: readonly Piece[];
  /** Their bytes, if these contain exactly the texts, separated by newlines. */
  readonly plain?: Buffer;
}

/** Splits bytes into the texts of documents. */
export interface Cutter {
  /** The current line, starting from 1. */
  readonly line: number;
  push(bytes: Buffer): Cut;
  end(): Cut;
}

const newline = 10;

export class Lines implements Cutter {
  line = 1;
  #rest: Buffer[] = [];
  #restBytes = 0;

  push(bytes: Buffer): Cut {
    const end = bytes.lastIndexOf(newline);
    if (end === -1) {
      this.#keep(bytes);
      return { pieces: [] };
    }
    const whole = bytes.subarray(0, end);
    const block = this.#restBytes > 0 ? Buffer.concat([...this.#rest, whole]) : whole;
    this.#rest = [];
    this.#restBytes = 0;
    const cut = this.#cut(block);
    this.#keep(bytes.subarray(end + 1));
    return cut;
  }

  end(): Cut {
    const block = Buffer.concat(this.#rest);
    this.#rest = [];
    return this.#cut(block);
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#rest.push(bytes);
    this.#restBytes += bytes.length;
    if (this.#restBytes > longest) {
      const message = `this line has over ${longest / 1e6} MB; CouchDB allows 8 MB without attachments`;
      throw new FileFault("document-too-large", message, this.line);
    }
  }

  /** Faster than splitting: there can be many blank lines. */
  #skip(block: Buffer): Cut {
    for (let at = block.indexOf(newline); at !== -1; at = block.indexOf(newline, at + 1)) this.line += 1;
    this.line += 1;
    return { pieces: [] };
  }

  #cut(block: Buffer): Cut {
    if (this.line === 1) checkEncoding(block);
    const text = textOf(block, this.line);
    if (text.trim() === "") return this.#skip(block);
    const pieces: Piece[] = [];
    let isPlain = !text.includes("\r");
    for (const line of text.split("\n")) {
      const trimmed = line.trim();
      if (trimmed !== "") pieces.push({ text: trimmed, line: this.line });
      if (trimmed === "" || trimmed.length !== line.length) isPlain = false;
      this.line += 1;
    }
    return isPlain ? { pieces, plain: block } : { pieces };
  }
}
