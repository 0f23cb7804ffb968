/**
 * A file that only grows: the changes of one database, in order. What was appended survives a kill of the process. A
 * last line that was not written to its end does not count.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { DataFolderDamaged } from "./damaged.js";
import { readIfExists, replaceFile } from "./files.js";

/** Text, or bytes. A change without a value deletes the key. */
export interface Change {
  readonly key: string | Buffer;
  readonly value?: string | Buffer;
}

/** As `writeSync` of node:fs. */
export type Write = (descriptor: number, bytes: Buffer, offset: number) => number;

export class Journal {
  readonly #file: string;
  readonly #write: Write;
  #descriptor: number | undefined;

  constructor(file: string, write: Write = writeSync) {
    this.#file = file;
    this.#write = write;
  }

  /** The last change of each key. Removes the earlier ones from the file. */
  read(): Change[] {
    const latest = new Map<string, Change>();
    for (const line of linesOf(this.#file)) {
      const change = parse(line, this.#file);
      const id = JSON.stringify(encoded(change.key));
      latest.delete(id);
      if (change.value !== undefined) latest.set(id, change);
    }
    const changes = [...latest.values()];
    replaceFile(this.#file, textOf(changes));
    return changes;
  }

  /** All of the changes, or, if it throws (the disk is full), none. */
  append(changes: readonly Change[]): void {
    this.#descriptor ??= openSync(this.#file, "a", 0o600);
    const bytes = Buffer.from(textOf(changes));
    const { size } = fstatSync(this.#descriptor);
    try {
      for (let at = 0; at < bytes.length; ) at += this.#write(this.#descriptor, bytes, at);
    } catch (error) {
      // The next line would continue half a line.
      ftruncateSync(this.#descriptor, size);
      throw error;
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function linesOf(file: string): string[] {
  // What follows the last line break was not written to its end.
  return (readIfExists(file) ?? "").split("\n").slice(0, -1);
}

type Encoded = string | { readonly base64: string };

function parse(line: string, file: string): Change {
  try {
    const [key, value] = JSON.parse(line) as [Encoded, Encoded?];
    return { key: decoded(key), ...(value === undefined ? {} : { value: decoded(value) }) };
  } catch (cause) {
    throw new DataFolderDamaged(`${file} is damaged`, { cause });
  }
}

function textOf(changes: readonly Change[]): string {
  return changes
    .map(({ key, value }) => `${JSON.stringify([key, ...(value === undefined ? [] : [value])].map(encoded))}\n`)
    .join("");
}

function encoded(part: string | Buffer): Encoded {
  return typeof part === "string" ? part : { base64: part.toString("base64") };
}

function decoded(part: Encoded): string | Buffer {
  return typeof part === "string" ? part : Buffer.from(part.base64, "base64");
}
