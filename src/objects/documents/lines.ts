/** NDJSON: one document a line. Ends of lines as any system writes them, and lines that are blank, mean nothing. */
import { checkEncoding, FileFault, longest, textOf } from "./file-text.js";

/** The text of one document, and the line that it begins in. */
export interface Piece {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Documents that were read at once. */
export interface Cut {
  readonly pieces: readonly Piece[];
  /** The bytes that they came from, where these are the texts and a newline between each two. */
  readonly plain?: Buffer;
}

/** Cuts bytes into the texts of documents. */
export interface Cutter {
  /** The line that is being read, from 1. */
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

  /** Quicker than cutting it: blank lines can be many. */
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
