import { type DatabaseInfo, inventoryOf } from "../couch/inventory.js";
import { createDatabase } from "../objects/databases/create.js";
import { noLimit, noPartitions, readServer, type Server, tooManyCopies } from "../objects/databases/features.js";
import {
  defaultLimit,
  type Limits,
  limitNamesIn,
  limitsIn,
  readLimits,
  writeLimits,
} from "../objects/databases/limits.js";
import { readShards, reshard, type Shards } from "../objects/databases/reshard.js";
import { databaseSchema } from "../objects/databases/schema.js";
import { keptShards, otherKind, otherShards, type Shape } from "../objects/databases/shape.js";
import { rangesToSplit } from "../objects/databases/splits.js";
import { ownDatabaseProblems } from "../steps/database-field.js";
import { type Change, creates, type Difference, holds, refuses, updates } from "../steps/difference.js";
import { defineKind } from "../steps/kind.js";
import type { Refusal } from "../steps/refusals.js";

interface Database extends Shape, Limits {
  readonly reshard?: boolean;
}

interface Seen {
  /** Absent: the database does not exist. */
  readonly info?: DatabaseInfo;
  /** Those that the step sets. */
  readonly limits?: Limits;
  /** Only if they are to be split. */
  readonly shards?: Shards;
  /** The server's features, if a new database, or a limit, depends on them. */
  readonly server?: Server;
}

type Existing = Seen & { readonly info: DatabaseInfo };

interface Write {
  /** Absent: the database exists. */
  readonly create?: Shape;
  /** The limits that are not as declared. */
  readonly limits: Limits;
  /** The number of shards to split the existing ones into. */
  readonly splitInto?: number;
}

export const ensureDatabase = defineKind<Database, Database, Seen, Write>({
  name: "ensureDatabase",
  summary:
    "A database, with `partitioned`, `q` and `n`, which CouchDB fixes at its creation, and with limits that can change.",
  schema: databaseSchema,
  example: "ensureDatabase:\n  name: zerglings\n",
  scope: "database",
  lifecycle: {
    creates: ({ name, partitioned }) => [{ name, partitioned }],
    dependsOnServer: ({ partitioned, n, purgedInfosLimit }) =>
      partitioned || n !== undefined || purgedInfosLimit !== undefined,
    removedBy: "removeDatabase",
  },
  fast: { provenByApply: true },

  title: ({ name }) => `database ${name}`,
  databases: ({ name }) => [name],
  claims: ({ name }) => [`database/${name}`],
  check: {
    spec: ({ name, q, reshard }) => [
      ...ownDatabaseProblems(name, "name"),
      ...(reshard && q === undefined
        ? [{ path: "/reshard", code: "no-q", message: "`reshard` needs the number of shards: add `q`" }]
        : []),
    ],
  },

  async observe({ couch, desired }) {
    const names = limitNamesIn(desired);
    const info = await inventoryOf(couch).info(desired.name);
    if (!info) return { server: await readServer(couch, desired) };
    const shards = wantsSplits(desired, info) ? { shards: await readShards(couch, desired.name) } : {};
    if (names.length === 0) return { info, ...shards };
    const limits = await readLimits(couch, desired.name, names);
    const hasAll = names.every((name) => limits[name] !== undefined);
    return { info, limits, ...shards, ...(hasAll ? {} : { server: await readServer(couch, desired) }) };
  },

  diff: (desired, { info, ...seen } = {}) =>
    info ? diffOfExisting(desired, { ...seen, info }) : diffOfNew(desired, seen.server),

  /**
   * CouchDB's answer proves nothing. The incarnation, which every run reads before it records the step, proves that
   * the database exists; everything else is proved by reading it back.
   */
  async apply({ create, limits, splitInto }, context) {
    const { couch, desired } = context;
    const warnings = create ? await createDatabase(couch, create) : [];
    if (limitsIn(limits).length > 0) await writeLimits(couch, desired.name, limits);
    if (splitInto !== undefined) await reshard(desired.name, splitInto, context);
    return warnings;
  },
});

function diffOfNew(desired: Database, server: Server | undefined): Difference<Write> {
  const limits = Object.fromEntries(limitsIn(desired));
  const changes = [...shapeChanges(desired), ...limitChanges(limits, {})];
  const warnings = tooManyCopies(desired, server);
  const refusals = [...noPartitions(desired, server), ...noLimit(desired, server)];
  if (refusals.length > 0) return refuses(refusals, changes, { warnings });
  return creates(changes, { create: desired, limits }, { warnings, created: [`database/${desired.name}`] });
}

function diffOfExisting(desired: Database, { info, limits: before = {}, shards, server }: Existing): Difference<Write> {
  const limits = Object.fromEntries(limitsIn(desired).filter(([name, asked]) => before[name] !== asked));
  const { q, ...others } = desired;
  const changes = [
    ...otherPartitions(desired, info),
    ...(shards ? [{ path: "/q", before: info.q, after: q }] : []),
    ...limitChanges(limits, before),
  ];
  const fixed = shards ? others : desired;
  const warnings = otherShards(fixed, info);
  const refusals = [
    ...otherKind(desired, info),
    ...(shards ? noSplits(desired, shards) : []),
    ...noLimit(desired, server),
  ];
  if (refusals.length > 0) return refuses(refusals, changes, { warnings });
  const kept = keptShards(fixed, info).map(({ path, server, files }) => ({ path, server, files }));
  if (changes.length === 0) return holds({ warnings, kept });
  const write = { limits, ...(shards && q !== undefined ? { splitInto: q } : {}) };
  const begun = shards !== undefined && shards.underWay > 0;
  return updates(changes, write, { warnings, kept, begun, former: { states: changes.map(unlessDefault) } });
}

function shapeChanges({ name, partitioned, q, n }: Database): Change[] {
  const values = { name, ...(partitioned ? { partitioned } : {}), ...(q ? { q } : {}), ...(n ? { n } : {}) };
  return Object.entries(values).map(([key, after]) => ({ path: `/${key}`, before: null, after }));
}

function otherPartitions({ partitioned: after }: Database, { partitioned: before }: DatabaseInfo): Change[] {
  return before === after ? [] : [{ path: "/partitioned", before, after }];
}

function limitChanges(wrong: Limits, before: Limits): Change[] {
  return limitsIn(wrong).map(([name, after]) => ({ path: `/${name}`, before: before[name] ?? null, after }));
}

/**
 * For an approved plan: CouchDB's default limit counts as nothing, and so does the number of shards, which grows in
 * several runs.
 */
function unlessDefault({ path, before }: Change): Pick<Change, "path" | "before"> {
  return { path, before: before === defaultLimit || path === "/q" ? null : before };
}

/** Some shards may be split already. */
function wantsSplits({ q, reshard: asked = false }: Database, info: DatabaseInfo): boolean {
  return asked && q !== undefined && info.q !== undefined && q !== info.q;
}

function noSplits({ name, q = 1 }: Database, { ranges, obstacle }: Shards): Refusal[] {
  const unreachable = rangesToSplit(ranges, q) === undefined;
  const why =
    obstacle ?? (unreachable ? "each split turns a shard into two halves, and nothing merges them" : undefined);
  return why === undefined ? [] : [{ code: "cannot-reshard", database: name, q, why }];
}
