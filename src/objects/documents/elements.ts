/**
 * Splits JSON into the documents of a list without parsing it: `[…]`, `{"docs": […]}`, or one document. The text
 * between the documents is checked here; the documents are checked by the code that parses them.
 */
import { checkEncoding, FileFault, longest, textOf } from "./file-text.js";
import type { Cut, Cutter, Piece } from "./lines.js";

/** A list in `docs`, preceded only by simple fields. */
const wrapped =
  /^\s*\{(?:\s*"(?!_id"|docs")[^"\\]*"\s*:\s*(?:true|false|null|[-\d.eE+]+|"[^"\\]*")\s*,)*\s*"docs"\s*:\s*\[/;
/** These bytes are enough to see what the file contains. */
const headBytes = 4_096;

const mark = { quote: 34, backslash: 92, comma: 44, newline: 10, list: 91, listEnd: 93, object: 123, objectEnd: 125 };

type State = "head" | "first" | "value" | "after" | "tail" | "whole";

export class Elements implements Cutter {
  line = 1;
  #state: State = "head";
  #isWrapped = false;
  /** The pieces of an incomplete document. */
  #parts: Buffer[] = [];
  #bytes = 0;
  #begun = { line: 1, depth: 0, inString: false, escaped: false };
  #inValue = false;

  push(bytes: Buffer): Cut {
    if (this.#state !== "head") return { pieces: this.#read(bytes) };
    this.#keep(bytes);
    return { pieces: this.#bytes < headBytes ? [] : this.#open() };
  }

  end(): Cut {
    const opened = this.#state === "head" ? this.#open() : [];
    if (this.#state === "tail") {
      this.#checkTail();
      return { pieces: opened };
    }
    if (this.#state !== "whole") throw this.#fault("the file ends inside a list; it may be cut off");
    const text = textOf(this.#take(), 1).trim();
    return { pieces: [...opened, { text, line: 1 }] };
  }

  /** Determines what the file contains. */
  #open(): Piece[] {
    const head = this.#take();
    checkEncoding(head);
    const text = head.toString("latin1").replace(/^\xef\xbb\xbf/, "   ");
    const start = wrapped.exec(text)?.[0] ?? /^\s*\[/.exec(text)?.[0];
    if (start === undefined) {
      this.#state = "whole";
      this.#keep(head);
      return [];
    }
    this.#isWrapped = start.trimStart().startsWith("{");
    this.line += start.split("\n").length - 1;
    this.#state = "first";
    return this.#read(head.subarray(start.length));
  }

  #read(bytes: Buffer): Piece[] {
    const pieces: Piece[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === "tail" || this.#state === "whole") {
        this.#keep(bytes.subarray(at));
        return pieces;
      }
      at = this.#inValue ? this.#inside(bytes, at, pieces) : this.#between(bytes, at);
    }
    return pieces;
  }

  /** Advances to the start of a value or to the end of the list. */
  #between(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      if (byte === mark.newline) this.line += 1;
      if (byte === mark.newline || byte === 32 || byte === 9 || byte === 13) continue;
      if (byte === mark.listEnd && this.#state !== "value") {
        this.#state = "tail";
        return at + 1;
      }
      if (this.#state === "after") {
        if (byte !== mark.comma) throw this.#fault("a comma is missing between two documents");
        this.#state = "value";
        continue;
      }
      if (byte === mark.comma || byte === mark.listEnd) throw this.#fault("a document is missing next to a comma");
      this.#begun = { line: this.line, depth: 0, inString: false, escaped: false };
      this.#inValue = true;
      return at;
    }
    return bytes.length;
  }

  /** Advances to the end of the value, if it is in these bytes. */
  #inside(bytes: Buffer, from: number, pieces: Piece[]): number {
    let { depth, inString, escaped } = this.#begun;
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === mark.backslash) escaped = true;
        else if (byte === mark.quote) inString = false;
      } else if (byte === mark.quote) inString = true;
      else if (byte === mark.object || byte === mark.list) depth += 1;
      else if (depth > 0) {
        if (byte === mark.newline) this.line += 1;
        else if (byte === mark.objectEnd || byte === mark.listEnd) {
          depth -= 1;
          if (depth === 0) return this.#done(bytes, from, at + 1, pieces);
        }
      } else if (byte === mark.comma || byte === mark.listEnd) {
        return this.#done(bytes, from, at, pieces);
      } else if (byte === mark.newline) this.line += 1;
    }
    this.#begun = { ...this.#begun, depth, inString, escaped };
    this.#keep(bytes.subarray(from));
    return bytes.length;
  }

  #done(bytes: Buffer, from: number, to: number, pieces: Piece[]): number {
    const own = bytes.subarray(from, to);
    const whole = this.#bytes > 0 ? Buffer.concat([this.#take(), own]) : own;
    const { line } = this.#begun;
    pieces.push({ text: textOf(whole, line).trim(), line });
    this.#inValue = false;
    this.#state = "after";
    return to;
  }

  #checkTail(): void {
    const tail = textOf(this.#take(), this.line);
    let rest: unknown;
    try {
      rest = JSON.parse(this.#isWrapped ? `{"docs":[]${tail}` : `[]${tail}`);
    } catch {
      throw this.#fault("unexpected text after the list");
    }
    if (!this.#isWrapped || !Object.hasOwn(rest as object, "_id")) return;
    throw this.#fault("it has both `docs` and `_id`; for a list of documents, remove `_id`");
  }

  #keep(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes <= longest) return;
    const message = `this document has over ${longest / 1e6} MB; CouchDB allows 8 MB without attachments`;
    throw new FileFault("document-too-large", message, this.#begun.line);
  }

  #take(): Buffer {
    const all = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return all;
  }

  #fault(message: string): FileFault {
    return new FileFault("json-syntax", `this is not JSON: ${message}`, this.line);
  }
}
