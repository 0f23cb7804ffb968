/** What differs between the indexes of a database and those that a step declares. Pure. */

import type { Change } from "../../steps/difference.js";
import type { Refusal } from "../../steps/refusals.js";
import type { StepWarning } from "../../steps/warnings.js";
import type { JsonObject } from "../../text/json.js";
import { toPointer } from "../../text/pointer.js";
import { differingMembers, type Index, type StoredIndex, shownDefinition } from "./definition.js";
import type { ObservedIndexes } from "./observe.js";

export interface ComparedIndex {
  readonly name: string;
  readonly desired: Index;
  readonly changes: readonly Change[];
  /** The definition is written; false if only an index of another type has to be removed. */
  readonly writes: boolean;
  /** Types with an unwanted index of this name in this design document. */
  readonly obsolete: readonly string[];
  /** Its design document is recreated, because `partitioned` is fixed at its creation. */
  readonly remakes: boolean;
  /** Other indexes in the same design document. */
  readonly neighbours: readonly string[];
  /** Its design document does not exist yet, so nothing can be in the way. */
  readonly inNewDoc: boolean;
  /** Nor does its database. */
  readonly inNew: boolean;
  readonly refusal?: Refusal;
}

type Indexes = Readonly<Record<string, Index>>;

/** Those that differ. */
export function compareIndexes(indexes: Indexes, observed: ObservedIndexes | undefined): ComparedIndex[] {
  return Object.entries(indexes)
    .map(([name, desired]) => compareIndex(name, desired, observed))
    .filter(({ changes }) => changes.length > 0);
}

function compareIndex(name: string, desired: Index, observed: ObservedIndexes | undefined): ComparedIndex {
  const inDesignDoc = (observed?.indexes ?? []).filter(({ ddoc }) => ddoc === desired.ddoc);
  const stored = inDesignDoc.filter((one) => one.name === name);
  const same = stored.find(({ type }) => type === desired.type);
  const obsolete = stored.map(({ type }) => type).filter((type) => type !== desired.type);
  const neighbours = [...new Set(inDesignDoc.map((one) => one.name))].filter((other) => other !== name);
  const refusal = whyRefused(name, desired, observed, same, neighbours);
  const definition = definitionChanges(name, desired, same ?? stored[0], observed?.partitioned);
  const types = obsolete.map((type) => ({
    path: toPointer(["indexes", name, "type"]),
    before: type,
    after: same ? null : desired.type,
  }));
  const writes = !same || definition.length > 0;
  const changes = [...types, ...definition];
  const remakes = same !== undefined && otherPartitioned(desired, same, observed?.partitioned);
  return {
    name,
    desired,
    changes,
    writes,
    obsolete,
    remakes,
    neighbours,
    inNewDoc: !observed || (observed.designDocs !== undefined && !Object.hasOwn(observed.designDocs, desired.ddoc)),
    inNew: observed === undefined,
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function definitionChanges(
  name: string,
  desired: Index,
  stored: StoredIndex | undefined,
  byDefault: boolean | undefined,
): Change[] {
  const at = (...keys: string[]) => toPointer(["indexes", name, ...keys]);
  if (!stored) return [{ path: at(), before: null, after: shown(desired) }];
  const before = shownDefinition(stored.type, stored.def);
  const after = shownDefinition(desired.type, desired.index);
  const members = differingMembers(before, after).map((key) => ({
    path: at("index", key),
    before: before[key] ?? null,
    after: after[key] ?? null,
  }));
  const partitioned = otherPartitioned(desired, stored, byDefault)
    ? [{ path: at("partitioned"), before: stored.partitioned, after: desired.partitioned ?? byDefault }]
    : [];
  return [...members, ...partitioned];
}

function shown({ index, ...others }: Index): JsonObject {
  return { ...others, index: shownDefinition(others.type, index) };
}

/** CouchDB before 3.0 does not report it, and has no partitions. */
function otherPartitioned(desired: Index, stored: StoredIndex | undefined, byDefault: boolean | undefined): boolean {
  if (stored?.partitioned === undefined) return false;
  return stored.partitioned !== (desired.partitioned ?? byDefault);
}

function whyRefused(
  name: string,
  desired: Index,
  observed: ObservedIndexes | undefined,
  same: StoredIndex | undefined,
  neighbours: readonly string[],
): Refusal | undefined {
  if (observed && !observed.partitioned && desired.partitioned) {
    return { code: "index-not-partitioned", index: name };
  }
  if (neighbours.length === 0 || !otherPartitioned(desired, same, observed?.partitioned)) return undefined;
  return { code: "index-partitioned-is-fixed", index: name, ddoc: desired.ddoc, neighbours };
}

export function neighbourWarning({ name, desired, neighbours }: ComparedIndex): StepWarning[] {
  if (neighbours.length === 0) return [];
  return [{ code: "index-not-alone", index: name, ddoc: desired.ddoc, neighbours }];
}
