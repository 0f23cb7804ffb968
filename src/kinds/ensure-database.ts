import { toMigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { type DatabaseInfo, inventoryOf } from "../couch/inventory.js";
import { clusterNodes } from "../couch/nodes.js";
import { isAtLeast } from "../couch/version.js";
import { takesPartitions } from "../couch/welcome.js";
import { createDatabase } from "../objects/databases/create.js";
import {
  defaultLimit,
  type Limits,
  limitNamesIn,
  limitsIn,
  purgedInfosSince,
  readLimits,
  writeLimits,
} from "../objects/databases/limits.js";
import { readShards, reshard, type Shards } from "../objects/databases/reshard.js";
import { keptShards, otherKind, otherShard, otherShards, type Shape } from "../objects/databases/shape.js";
import { rangesToSplit } from "../objects/databases/splits.js";
import { newDatabase, ownDatabaseProblems } from "../steps/database-field.js";
import { type Change, creates, holds, refuses, updates } from "../steps/difference.js";
import { defineKind, type StepContext } from "../steps/kind.js";
import type { Refusal } from "../steps/refusals.js";
import type { Schema } from "../steps/schema.js";
import type { StepWarning } from "../steps/warnings.js";

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

interface Server {
  readonly version: string;
  readonly takesPartitions: boolean;
  /** Absent: unknown. */
  readonly nodes?: number;
}

interface Write {
  /** Absent: the database exists. */
  readonly create?: Shape;
  /** The limits that are not as declared. */
  readonly limits: Limits;
  /** The number of shards to split the existing ones into. */
  readonly splitInto?: number;
}

const limit = (description: string, example: number): Schema => ({
  type: "integer",
  description,
  minimum: 1,
  examples: [example],
  variables: true,
});

export const ensureDatabase = defineKind<Database, Database, Seen, Write>({
  name: "ensureDatabase",
  summary:
    "A database, with `partitioned`, `q` and `n`, which CouchDB fixes at its creation, and with limits that can change.",
  schema: {
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: {
      name: newDatabase,
      partitioned: {
        type: "boolean",
        description:
          "Whether document ids begin with a partition (`partition:id`). Fixed at creation. Needs CouchDB 3.0.",
        default: false,
        variables: true,
      },
      q: {
        type: "integer",
        description: "Number of shards. Fixed at creation, except with `reshard`; default: the server's `[cluster] q`.",
        minimum: 1,
        examples: [2],
        variables: true,
      },
      n: {
        type: "integer",
        description:
          "Number of copies of each document. Fixed at creation; default: the server's `[cluster] n`. CouchDB makes at most as many copies as it has nodes; a larger number gives a warning.",
        minimum: 1,
        examples: [3],
        variables: true,
      },
      reshard: {
        type: "boolean",
        description:
          "Splits the shards of an existing database until there are `q`, while the database is in use. `q` must be the present number, or that number doubled several times. It can't be undone. Each shard needs its size again on disk while it is split. Needs CouchDB 3.0.",
        default: false,
        variables: true,
      },
      revsLimit: limit(
        "How many revisions CouchDB remembers of each document (`_revs_limit`), also in an existing database. A lower number saves disk space; the history of a document becomes shorter with its next change. Absent: the limit is not changed (CouchDB's default is 1000).",
        50,
      ),
      purgedInfosLimit: limit(
        "How many purges CouchDB remembers in each shard (`_purged_infos_limit`), also in an existing database. Absent: the limit is not changed (CouchDB's default is 1000). Needs CouchDB 2.3.",
        100,
      ),
    },
  },
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

  async observe(context) {
    const { couch, desired } = context;
    const names = limitNamesIn(desired);
    const info = await inventoryOf(couch).info(desired.name);
    if (!info) return { server: await serverFor(context) };
    const shards = wantsSplits(desired, info) ? { shards: await readShards(couch, desired.name) } : {};
    if (names.length === 0) return { info, ...shards };
    const limits = await readLimits(couch, desired.name, names);
    const hasAll = names.every((name) => limits[name] !== undefined);
    return { info, limits, ...shards, ...(hasAll ? {} : { server: await serverFor(context) }) };
  },

  diff(desired, { info, limits, shards, server } = {}) {
    const before = info ? (limits ?? {}) : undefined;
    const wrong = Object.fromEntries(limitsIn(desired).filter(([name, asked]) => before?.[name] !== asked));
    const splits = info && shards ? splitChanges(desired, info) : [];
    const changes = [
      ...(info ? otherPartitions(desired, info) : creation(desired)),
      ...splits,
      ...limitChanges(wrong, before),
    ];
    const fixed = shards ? withoutShards(desired) : desired;
    const warnings = info ? otherShards(fixed, info) : tooManyCopies(desired, server);
    const kept = info ? keptShards(fixed, info).map(({ path, server, files }) => ({ path, server, files })) : [];
    const refusals = [
      ...(info ? otherKind(desired, info) : noPartitions(desired, server)),
      ...(shards ? noSplits(desired, shards) : []),
      ...noLimit(desired, server),
    ];
    if (refusals.length > 0) return refuses(refusals, changes, { warnings });
    const created = [`database/${desired.name}`];
    if (!info) return creates(changes, { create: desired, limits: wrong }, { warnings, created });
    if (changes.length === 0) return holds({ warnings, kept });
    const write = { limits: wrong, ...(splits.length > 0 && desired.q !== undefined ? { splitInto: desired.q } : {}) };
    const begun = shards !== undefined && shards.underWay > 0;
    return updates(changes, write, { warnings, kept, begun, former: { states: changes.map(unlessDefault) } });
  },

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

async function serverFor({ couch, desired }: StepContext<Database>): Promise<Server> {
  const version = await couch.version();
  const nodes = desired.n === undefined ? undefined : await countNodes(couch);
  return {
    version,
    takesPartitions: !desired.partitioned || (await takesPartitions(couch)),
    ...(nodes === undefined ? {} : { nodes }),
  };
}

/** `undefined`: a run that only plans may not have the permission to read it. */
async function countNodes(couch: Couch): Promise<number | undefined> {
  try {
    return (await clusterNodes(couch)).length;
  } catch (thrown) {
    if (toMigrateError(thrown).code === "missing-permission") return undefined;
    throw thrown;
  }
}

/** CouchDB creates no more copies than it has nodes, without any message. */
function tooManyCopies({ name, n }: Database, server: Server | undefined): StepWarning[] {
  const { nodes } = server ?? {};
  return n !== undefined && nodes !== undefined && n > nodes ? [otherShard(name, "n", nodes, n)] : [];
}

function creation({ name, partitioned, q, n }: Database): Change[] {
  const values = { name, ...(partitioned ? { partitioned } : {}), ...(q ? { q } : {}), ...(n ? { n } : {}) };
  return Object.entries(values).map(([key, after]) => ({ path: `/${key}`, before: null, after }));
}

function otherPartitions({ partitioned: after }: Database, { partitioned: before }: DatabaseInfo): Change[] {
  return before === after ? [] : [{ path: "/partitioned", before, after }];
}

/** @param before absent: the database does not exist */
function limitChanges(wrong: Limits, before: Limits = {}): Change[] {
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

function splitChanges({ q }: Database, info: DatabaseInfo): Change[] {
  return [{ path: "/q", before: info.q, after: q }];
}

function withoutShards({ q: _, ...others }: Database): Database {
  return others;
}

function noSplits({ name, q = 1 }: Database, { ranges, obstacle }: Shards): Refusal[] {
  const unreachable = rangesToSplit(ranges, q) === undefined;
  const why =
    obstacle ?? (unreachable ? "each split turns a shard into two halves, and nothing merges them" : undefined);
  return why === undefined ? [] : [{ code: "cannot-reshard", database: name, q, why }];
}

function noPartitions({ name, partitioned }: Database, server: Server | undefined): Refusal[] {
  if (!partitioned || server?.takesPartitions !== false) return [];
  return [{ code: "no-partitions", database: name, version: server.version }];
}

function noLimit({ name, purgedInfosLimit }: Database, server: Server | undefined): Refusal[] {
  if (purgedInfosLimit === undefined || !server || isAtLeast(server.version, purgedInfosSince)) return [];
  return [{ code: "no-purged-infos-limit", database: name, version: server.version, since: purgedInfosSince }];
}
