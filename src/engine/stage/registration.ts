/** Registers staged documents before they are written, and notices if `stage --abort` removed them. */
import pMap from "p-map";
import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import {
  groupRows,
  keyOf,
  type Registry,
  readRegistry,
  rowsOf,
  type StagedRow,
  writeRegistry,
} from "../../ledger/staged-registry.js";
import { isStaged } from "../../objects/design-docs/staged-state.js";
import type { Run } from "../session.js";
import type { StageItem } from "./items.js";

export class Registration {
  readonly #run: Run;
  /** The number of aborts when this run began. */
  #aborts: number | undefined;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Without the lease: whether all of this is registered already. */
  async has(items: readonly StageItem[]): Promise<boolean> {
    const registry = await readRegistry(this.#run.couch, this.#run.place);
    this.#aborts = registry.aborts;
    return missing(registry, items).length === 0;
  }

  /** Call it under the lease, before the documents of these items are written. Throws `staged-removed`. */
  async ensure(couch: Couch, items: readonly StageItem[]): Promise<void> {
    const registry = await readRegistry(couch, this.#run.place);
    this.#aborts ??= registry.aborts;
    if (registry.aborts !== this.#aborts) throw removed("`stage --abort` has removed what was staged");
    if (missing(registry, items).length === 0) return;
    const { version } = this.#run;
    const since = new Date().toISOString();
    const added = items.flatMap(({ database, documents }) =>
      documents.map(({ designDoc, name }) => ({ designDoc, name, version, since, database })),
    );
    const rows = [...(await existing(this.#run, couch, registry, items)), ...added];
    await writeRegistry(couch, this.#run.place, { ...registry, groups: groupRows(rows) });
  }
}

/** `staged-removed`: this run does not stage it again. */
export function removed(message: string): MigrateError {
  return new MigrateError("staged-removed", { message });
}

function missing(registry: Registry, items: readonly StageItem[]): string[] {
  const known = new Set(rowsOf(registry).map(keyOf));
  return wantedKeys(items).filter((key) => !known.has(key));
}

function wantedKeys(items: readonly StageItem[]): string[] {
  return items.flatMap(({ database, documents }) => documents.map(({ name }) => keyOf({ database, name })));
}

/** The rows whose documents still exist, or will soon be written. */
async function existing(
  { place, concurrency }: Run,
  couch: Couch,
  registry: Registry,
  items: readonly StageItem[],
): Promise<StagedRow[]> {
  const wanted = new Set(wantedKeys(items));
  const rows = rowsOf(registry);
  const keeps = await pMap(
    rows,
    async (row) => wanted.has(keyOf(row)) || (await isStaged(couch, row.database, row.name, place.set)),
    { concurrency },
  );
  return rows.filter((_, i) => keeps[i]);
}
