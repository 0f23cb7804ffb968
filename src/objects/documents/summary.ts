/**
 * The changes of many documents: the first ones in full, the rest as a number; and a short form with only numbers.
 * Pure.
 */
import type { Change } from "../../steps/difference.js";
import { count as countOf } from "../../text/quantity.js";

/** The limits of what is readable, and of what fits into a comment or a log. */
export const most = { documents: 20, bytes: 200_000 };

/** Up to this number, documents are shown field by field, even without `--details`. */
const few = 5;

export interface Summary {
  readonly changes: readonly Change[];
  /** Absent: there are only a few. */
  readonly counted?: readonly Change[];
  /** None is left out of `changes`. */
  readonly isWhole: boolean;
}

/**
 * @param items what changes, in order
 * @param changesOf an item's changes in full; only called for those that are shown
 * @param kindOf the key of `rests` under which an item is counted
 * @param rests the texts for those that are not shown
 * @param further the number of items in addition to `items`
 */
export function summarise<Item, Kind extends string>(
  items: Iterable<Item>,
  changesOf: (item: Item) => readonly Change[],
  kindOf: (item: Item) => Kind,
  rests: Readonly<Record<Kind, (documents: string) => Change>>,
  further: Partial<Record<Kind, number>> = {} as Partial<Record<Kind, number>>,
): Summary {
  const changes: Change[] = [];
  const left = new Map<Kind, number>();
  const all = new Map<Kind, number>();
  const count = (kind: Kind, more: number) => left.set(kind, (left.get(kind) ?? 0) + more);
  let shown = 0;
  let bytes = 0;
  for (const item of items) {
    all.set(kindOf(item), (all.get(kindOf(item)) ?? 0) + 1);
    const own = shown < most.documents && bytes < most.bytes ? changesOf(item) : undefined;
    const more = own ? JSON.stringify(own).length : 0;
    if (own && bytes + more <= most.bytes) {
      changes.push(...own);
      bytes += more;
      shown += 1;
    } else count(kindOf(item), 1);
  }
  for (const [kind, more] of Object.entries(further) as [Kind, number][]) {
    count(kind, more);
    all.set(kind, (all.get(kind) ?? 0) + more);
  }
  for (const [kind, documents] of left) if (documents > 0) changes.push(rests[kind](counted(documents, shown > 0)));
  const total = [...all.values()].reduce((sum, documents) => sum + documents, 0);
  const isWhole = total === shown;
  if (total <= few) return { changes, isWhole };
  const inShort = [...all].flatMap(([kind, documents]) =>
    documents > 0 ? [rests[kind](counted(documents, false))] : [],
  );
  return { changes, counted: inShort, isWhole };
}

function counted(number: number, more: boolean): string {
  return more ? countOf(number, "more document") : countOf(number, "document");
}
