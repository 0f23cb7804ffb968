/** The files that a load reads for its steps. Each is read once, even if several steps name it. */
import { type Dirent, opendirSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import type { Position } from "../contract/problem.js";
import { LargeFile } from "../files/large-file.js";
import { type ReadText, readText, type Unreadable, unreadable } from "../files/read-text.js";
import type { Print } from "../steps/script-output.js";
import type { At, StepFiles } from "../steps/step-files.js";
import type { Problems } from "./problems.js";

interface Entry {
  readonly name: string;
  readonly folder: boolean;
}

type Kind = "file" | "folder";
type OrNot<Value> = Value | { readonly unreadable: Unreadable };

/** A way of reading: a file's text, a folder's list, or whether a path is a file or a folder. */
export type Read = "file" | "folder" | "what";

/** Limits for all steps together: a link may lead to the whole file system. Streamed files do not count. */
const limits = { entries: 100_000, bytes: 200_000_000 };

export class FileCache {
  readonly #texts = new Map<string, Promise<ReadText>>();
  readonly #kinds = new Map<string, Promise<OrNot<Kind>>>();
  readonly #lists = new Map<string, Promise<OrNot<readonly Entry[]>>>();
  readonly #large = new Set<string>();
  readonly #mayKeep: (text: string) => boolean;
  #entries = 0;
  #bytes = 0;

  /** @param mayKeep whether there is memory for this text; called when it is read */
  constructor(mayKeep: (text: string) => boolean = () => true) {
    this.#mayKeep = mayKeep;
  }

  text(path: string): Promise<ReadText> {
    return once(this.#texts, path, async () => {
      const read = readText(path);
      if ("text" in read && !this.#mayKeep(read.text)) return { unreadable: noMemory };
      if ("text" in read) this.#bytes += read.text.length;
      return this.#bytes > limits.bytes ? { unreadable: tooMuch } : read;
    });
  }

  kindOf(path: string): Promise<OrNot<Kind>> {
    return once(this.#kinds, path, () => kindOf(path));
  }

  list(path: string): Promise<OrNot<readonly Entry[]>> {
    return once(this.#lists, path, () => this.#list(path));
  }

  async #list(path: string): Promise<OrNot<readonly Entry[]>> {
    try {
      const found = this.#entriesOf(path);
      if (!found) return { unreadable: tooMany };
      const entries = await Promise.all(
        found.map(async (entry) => ({
          name: entry.name,
          folder: entry.isSymbolicLink() ? await leadsToFolder(path, entry.name) : entry.isDirectory(),
        })),
      );
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      return { unreadable: unreadable(error) };
    }
  }

  /** Undefined: there are more entries than the limit. */
  #entriesOf(path: string): Dirent[] | undefined {
    const folder = opendirSync(path);
    try {
      const found: Dirent[] = [];
      for (let entry = folder.readSync(); entry; entry = folder.readSync()) {
        this.#entries += 1;
        if (this.#entries > limits.entries) return undefined;
        if (!entry.name.startsWith("..")) found.push(entry);
      }
      return found;
    } finally {
      folder.closeSync();
    }
  }

  /** A file that is read piece by piece is not cached, so its content can't be digested later. */
  large(path: string, name: string): Promise<LargeFile> {
    this.#large.add(path);
    return LargeFile.at(path, name);
  }

  /** What was read so far, and how; `undefined`: not all of it was cached. */
  get reads(): readonly (readonly [Read, string])[] | undefined {
    if (this.#large.size > 0) return undefined;
    const of = (read: Read, known: ReadonlyMap<string, unknown>) =>
      [...known.keys()].map((path) => [read, path] as const);
    return [...of("file", this.#texts), ...of("folder", this.#lists), ...of("what", this.#kinds)];
  }

  /** Everything that was read, or could not be. */
  get paths(): readonly string[] {
    return [...new Set([...this.#texts.keys(), ...this.#lists.keys(), ...this.#kinds.keys(), ...this.#large])];
  }

  /** Returns plain data, even if the file can't be read. */
  again(read: Read, path: string): Promise<unknown> {
    if (read === "file") return this.text(path);
    return read === "folder" ? this.list(path) : this.kindOf(path);
  }
}

function once<Value>(known: Map<string, Promise<Value>>, path: string, make: () => Promise<Value>): Promise<Value> {
  let value = known.get(path);
  if (!value) {
    value = make();
    known.set(path, value);
  }
  return value;
}

async function kindOf(path: string): Promise<OrNot<Kind>> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    return { unreadable: unreadable(error) };
  }
}

const elsewhere = "check for a link that points elsewhere.";
const tooMany: Unreadable = {
  code: "too-many-files",
  reason: `exceeds the limit of ${limits.entries / 1e3},000 files and folders for these steps: ${elsewhere}`,
};
/** The load fails with an error that says how much all files need. */
const noMemory: Unreadable = { code: "too-little-memory", reason: "needs more memory than there is" };
const tooMuch: Unreadable = {
  code: "too-many-files",
  reason: `exceeds the limit of ${limits.bytes / 1e6} MB for the files of these steps: ${elsewhere} Put many documents into NDJSON files, which are streamed.`,
};

/** A link to a folder that contains the link is an error, because following it would never end. */
async function leadsToFolder(folder: string, name: string): Promise<boolean> {
  const path = join(folder, name);
  const kind = await kindOf(path);
  if (kind !== "folder") return false;
  const [above, real] = await Promise.all([realpath(folder), realpath(path)]);
  if (above === real || above.startsWith(real + sep))
    throw Object.assign(new Error(`${path}: link loop`), { code: "ELOOP" });
  return true;
}

/** By the pointer of a value in what a step declares: where its fields come from. */
export type Origins = Map<string, (keys: readonly string[], offset?: number) => Position>;

/**
 * The files as one step names them. `place` returns the position of a pointer in its spec; `literal` says whether the
 * text at the pointer is in the file as it is, without a variable.
 */
export function stepFiles(
  file: string,
  cache: FileCache,
  problems: Problems,
  place: (pointer: string, offset?: number) => Position,
  literal: (pointer: string) => boolean,
  print: Print,
  signal?: AbortSignal,
  origins?: Origins,
): StepFiles {
  const shownPath = (path: string) => join(path.startsWith("/") ? "" : dirname(file), path);
  const realPath = (path: string) => resolve(dirname(file), path);
  const failed = (path: string, pointer: string, { code, reason, line, column }: Unreadable) => {
    const name = shownPath(path);
    const at = line !== undefined && column !== undefined ? { file: name, line, column } : place(pointer);
    const report = code === "too-many-files" ? problems.only : problems.add;
    report.call(problems, at, code, `${name} ${reason}`, path, { literal: literal(pointer) });
  };
  const positionOf = (at: At) => ("pointer" in at ? place(at.pointer, at.offset) : { ...at, file: shownPath(at.file) });
  return {
    signal,
    print,
    async text(path, pointer) {
      const read = await cache.text(realPath(path));
      if ("text" in read) return read.text;
      failed(path, pointer, read.unreadable);
      return undefined;
    },
    async large(path, pointer) {
      try {
        return await cache.large(realPath(path), shownPath(path));
      } catch (error) {
        failed(path, pointer, unreadable(error));
        return undefined;
      }
    },
    async kindOf(path, pointer) {
      const kind = await cache.kindOf(realPath(path));
      if (typeof kind === "string") return kind;
      failed(path, pointer, kind.unreadable);
      return undefined;
    },
    async list(path, pointer) {
      const entries = await cache.list(realPath(path));
      if (!("unreadable" in entries)) return entries;
      failed(path, pointer, entries.unreadable);
      return [];
    },
    problem(at, code, message, text) {
      problems.add(positionOf(at), code, message, text);
    },
    ...(origins && {
      origin: (pointer, at) => void origins.set(pointer, (keys, offset) => positionOf(at(keys, offset))),
    }),
  };
}
