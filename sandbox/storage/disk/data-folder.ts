/** The folder in which a node keeps its data: its state, and a file of documents for each database. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StoredDatabase } from "../database.js";
import { DataFolderDamaged } from "./damaged.js";
import { readIfExists, replaceFile } from "./files.js";
import { lock } from "./lock.js";

/** Everything but the documents. */
export interface NodeState {
  readonly formatVersion: 1;
  readonly config: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly databases: readonly (StoredDatabase & { readonly file: string })[];
  /** How often each name was created or deleted. */
  readonly generations: Readonly<Record<string, number>>;
}

export class DataFolder {
  readonly #path: string;
  readonly #unlock: () => void;
  #written = "";
  #nextFile = 1;

  private constructor(path: string, unlock: () => void) {
    this.#path = path;
    this.#unlock = unlock;
  }

  /** Creates the folder if it does not exist. @throws DataFolderInUse if another process uses it */
  static open(path: string): DataFolder {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const folder = new DataFolder(path, lock(join(path, "lock")));
    // So that nobody commits the data by accident.
    writeFileSync(join(path, ".gitignore"), "*\n");
    return folder;
  }

  /**
   * `undefined`: the folder is new. Removes the files of databases that were deleted.
   *
   * @throws DataFolderDamaged
   */
  read(): NodeState | undefined {
    const text = readIfExists(this.#state);
    const state = text === undefined ? undefined : parse(text, this.#state);
    const used = new Set(state?.databases.map(({ file }) => file));
    for (const file of readdirSync(this.#path)) {
      const number = /^(\d+)\.docs(?:\.new)?$/.exec(file)?.[1];
      if (number === undefined) continue;
      if (used.has(file)) this.#nextFile = Math.max(this.#nextFile, Number(number) + 1);
      else rmSync(join(this.#path, file));
    }
    return state;
  }

  /** A file for the documents of a new database. */
  newFile(): string {
    return `${this.#nextFile++}.docs`;
  }

  pathOf(file: string): string {
    return join(this.#path, file);
  }

  write(state: NodeState): void {
    const text = JSON.stringify(state);
    if (text === this.#written) return;
    replaceFile(this.#state, text);
    this.#written = text;
  }

  remove(file: string): void {
    rmSync(this.pathOf(file), { force: true });
  }

  close(): void {
    this.#unlock();
  }

  get #state(): string {
    return join(this.#path, "state.json");
  }
}

function parse(text: string, file: string): NodeState {
  let state: Partial<NodeState> | null;
  try {
    state = JSON.parse(text);
  } catch (cause) {
    throw new DataFolderDamaged(`${file} is damaged`, { cause });
  }
  const { formatVersion, config, databases, generations } = state ?? {};
  if (formatVersion === undefined) throw new DataFolderDamaged(`${file} is damaged`);
  if (formatVersion !== 1) throw new DataFolderDamaged(`${file} was written by another version`);
  if (!config || !Array.isArray(databases) || !generations) throw new DataFolderDamaged(`${file} is damaged`);
  return { formatVersion, config, databases, generations };
}
