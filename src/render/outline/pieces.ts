/** A step in pieces: one for each object and each way in which its databases differ. Pure. */
import type { Change, PlannedStep } from "../../contract/results.js";
import { groupBy } from "../../text/group-by.js";
import { type Mark, markIn, markOf } from "./marks.js";
import { objectOf } from "./objects.js";
import { placeOf } from "./place.js";

type Database = string | undefined;

/** What one or several databases have in common. */
export interface Piece {
  readonly mark: Mark;
  readonly root: string;
  readonly what: string;
  readonly changes: readonly Change[];
  readonly databases: Database[];
}

export function piecesOf(step: PlannedStep, verify: boolean, full: boolean): Piece[] {
  const { what } = placeOf(step);
  const names = Object.keys(step.databases);
  const [only, ...several] = names;
  const single = several.length === 0 ? only : undefined;
  const marks = new Map<Database, Mark>(
    names.map((name) => [name, markIn(step, step.databases[name] ?? { state: "pending", action: "none" }, verify)]),
  );
  if (names.length < 2) marks.set(single, markOf(step));
  const pieces = new Map<string, Piece>();
  const add = (database: Database, piece: Omit<Piece, "databases">) => {
    const key = JSON.stringify(piece);
    const known = pieces.get(key) ?? { ...piece, databases: [] };
    known.databases.push(database);
    pieces.set(key, known);
  };
  const all = ((full ? undefined : step.brief) ?? step.changes).flatMap(({ database, databases, ...change }) =>
    (databases ?? [database ?? single]).map((name): [Database, Change] => [name, change]),
  );
  const changed = groupBy(all, ([database]) => database);
  for (const [database, placed] of changed) {
    const changes = placed.map(([, change]) => change);
    const mark = marks.get(database) ?? markOf(step);
    for (const own of groupBy(changes, (change) => objectOf(step.kind, change, what).root).values()) {
      const [first] = own;
      if (!first) continue;
      const object = objectOf(step.kind, first, what);
      add(database, { ...object, mark: markOfObject(mark, object.root, own), changes: own });
    }
  }
  const hasWork = changed.size > 0 || [...marks.values()].some((mark) => !" =".includes(mark));
  for (const [database, mark] of marks) {
    if (changed.has(database) || mark === " " || mark === "≠" || (mark === "=" && hasWork)) continue;
    add(database, { root: "", what, mark, changes: [] });
  }
  return [...pieces.values()];
}

/** An object may be new in a step that changes others. */
function markOfObject(mark: Mark, root: string, changes: readonly Change[]): Mark {
  const [first, ...others] = changes;
  if (mark !== "~" || root === "" || !first || others.length > 0 || first.path !== root) return mark;
  if (first.before === null) return "+";
  return first.after === null ? "-" : mark;
}
