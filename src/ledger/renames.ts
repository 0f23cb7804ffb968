/** Steps that had another id before (`formerly`). Pure. */
import type { Step } from "../migrations/step.js";
import { entryOf } from "./entry-of.js";
import type { Entry, Ledger } from "./ledger.js";

export interface Renamed {
  /** The ledger with each entry under the present id of its step. */
  readonly ledger: Ledger | undefined;
  /** For each entry that was moved: its former id, by the present one. */
  readonly renames: ReadonlyMap<string, string>;
  /** Steps that have an entry, and whose former id has one as well: it is unknown which of the two is valid. */
  readonly ambiguous: ReadonlyMap<string, string>;
}

type Named = Pick<Step, "id" | "kind" | "checksum" | "formerly">;

export function renameEntries(ledger: Ledger | undefined, steps: readonly Named[]): Renamed {
  const renames = new Map<string, string>();
  const ambiguous = new Map<string, string>();
  const has = (id: string) => entryOf(ledger, id) !== undefined;
  const ids = new Set(steps.map(({ id }) => id));
  for (const step of steps) {
    const { id, formerly = [] } = step;
    const before = formerly.filter(has);
    const [from = has(id) ? undefined : renamedSince(step, ids, ledger)] = before;
    if (from === undefined) continue;
    if (has(id)) {
      const [other] = before.filter((one) => !entryOf(ledger, id)?.formerly?.includes(one));
      if (other !== undefined) ambiguous.set(id, other);
    } else if (before.length > 1) ambiguous.set(id, before[1] ?? from);
    else renames.set(id, from);
  }
  if (!ledger || renames.size === 0) return { ledger, renames, ambiguous };
  const idOf = new Map([...renames].map(([id, from]) => [from, id]));
  const entries = Object.entries(ledger.entries).map(([id, entry]): [string, Entry] => {
    const now = idOf.get(id);
    return now === undefined ? [id, entry] : [now, { ...entry, formerly: [...(entry.formerly ?? []), id] }];
  });
  return { ledger: { ...ledger, entries: Object.fromEntries(entries) }, renames, ambiguous };
}

/** After a revert, the files have the step under its earlier id. */
function renamedSince({ id, kind, checksum }: Named, ids: ReadonlySet<string>, ledger: Ledger | undefined) {
  const found = Object.entries(ledger?.entries ?? {}).find(
    ([other, entry]) =>
      !ids.has(other) && entry.formerly?.includes(id) && entry.kind === kind && entry.checksum === checksum,
  );
  return found?.[0];
}
