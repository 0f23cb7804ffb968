import { MigrateError, toMigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { type DatabaseInfo, inventoryOf } from "../couch/inventory.js";
import { clusterNodes } from "../couch/nodes.js";
import { path } from "../couch/path.js";
import { takesPartitions } from "../couch/welcome.js";
import { newDatabase, ownDatabaseProblems } from "../steps/database-field.js";
import { type Change, creates, holds, type Kept, refuses } from "../steps/difference.js";
import { defineKind, type StepContext } from "../steps/kind.js";
import { type Refusal, reasonOf } from "../steps/refusals.js";
import type { StepWarning } from "../steps/warnings.js";

interface Database {
  readonly name: string;
  readonly partitioned: boolean;
  readonly q?: number;
  readonly n?: number;
}

interface Seen {
  /** Absent: the database does not exist. */
  readonly info?: DatabaseInfo;
  /** The server's features, if a new database depends on them. */
  readonly server?: Server;
}

interface Server {
  readonly version: string;
  readonly takesPartitions: boolean;
  /** Absent: unknown. */
  readonly nodes?: number;
}

export const ensureDatabase = defineKind<Database, Database, Seen, Database>({
  name: "ensureDatabase",
  summary: "A database, with `partitioned`, `q` and `n`, which CouchDB fixes at its creation.",
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
        description: "Number of shards. Fixed at creation; default: the server's `[cluster] q`.",
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
    },
  },
  example: "ensureDatabase:\n  name: zerglings\n",
  scope: "database",
  lifecycle: {
    creates: ({ name, partitioned }) => [{ name, partitioned }],
    dependsOnServer: ({ partitioned, n }) => partitioned || n !== undefined,
    removedBy: "removeDatabase",
  },
  fast: { provenByApply: true },

  title: ({ name }) => `database ${name}`,
  databases: ({ name }) => [name],
  claims: ({ name }) => [`database/${name}`],
  check: { spec: ({ name }) => ownDatabaseProblems(name, "name") },

  async observe(context) {
    const info = await inventoryOf(context.couch).info(context.desired.name);
    return info ? { info } : { server: await serverFor(context) };
  },

  diff(desired, { info, server } = {}) {
    if (info) {
      const refusal = otherKind(desired, info);
      if (refusal === undefined)
        return holds({
          warnings: otherShards(desired, info),
          kept: keptShards(desired, info).map(({ path, server, files }) => ({ path, server, files })),
        });
      const changes = [{ path: "/partitioned", before: info.partitioned, after: desired.partitioned }];
      return refuses(refusal, changes);
    }
    const changes = creation(desired);
    const warnings = tooManyCopies(desired, server);
    if (desired.partitioned && server?.takesPartitions === false) {
      return refuses({ code: "no-partitions", database: desired.name, version: server.version }, changes, { warnings });
    }
    return creates(changes, desired, { warnings });
  },

  /**
   * CouchDB's answer proves nothing. The incarnation, which every run reads before it records the step, proves that
   * the database exists; `partitioned`, `q` and `n` are proved by reading them back.
   */
  async apply(asked, { couch }) {
    const { name, partitioned, q, n } = asked;
    const query = { q, n, partitioned: partitioned ? true : undefined };
    let isNew = false;
    try {
      const { status } = await couch.write("PUT", path`/${name}`, { query, accept: [412], repeatable: true });
      isNew = status !== 412;
    } catch (thrown) {
      // Concurrent creations may get a 500 although the database exists.
      if (!["request-failed", "conflict"].includes(toMigrateError(thrown).code)) throw thrown;
      couch.forget(name);
      if (!(await inventoryOf(couch).info(name))) throw thrown;
    }
    if (isNew && !partitioned && q === undefined && n === undefined) return [];
    couch.forget(name);
    const made = await inventoryOf(couch).info(name);
    if (!made) {
      const message = `CouchDB reported that database ${name} exists, but it does not`;
      throw new MigrateError(isNew ? "not-applied" : "conflict", { message, data: { database: name } });
    }
    const lost = isNew ? ignored(asked, made) : undefined;
    if (lost !== undefined) throw dropped(made, lost);
    const refusal = otherKind(asked, made);
    if (refusal !== undefined)
      throw new MigrateError("refused", { message: reasonOf([refusal]), data: { database: name } });
    return otherShards(asked, made);
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

/**
 * The options of a new database that are not as requested. Fewer copies are not an error: CouchDB creates no more
 * than it has nodes.
 */
function ignored({ partitioned, q, n }: Database, made: DatabaseInfo): string | undefined {
  if (made.partitioned !== partitioned) return `the new database ${made.partitioned ? "is" : "is not"} partitioned`;
  if (q !== undefined && made.q !== undefined && made.q !== q) return `q of the new database is ${made.q}, not ${q}`;
  if (n !== undefined && made.n !== undefined && made.n > n) return `n of the new database is ${made.n}, not ${n}`;
  return undefined;
}

function dropped({ name }: DatabaseInfo, what: string): MigrateError {
  const message = `CouchDB accepted the request for database ${name}, but ${what}`;
  const next = `Check whether a proxy drops the query of requests; delete database ${name}, then run again.`;
  return new MigrateError("not-applied", { message, next, data: { database: name } });
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

function otherKind({ name, partitioned: asked }: Database, { partitioned }: DatabaseInfo): Refusal | undefined {
  return partitioned === asked ? undefined : { code: "partitioned-is-fixed", database: name, partitioned };
}

function otherShards(desired: Database, observed: DatabaseInfo): StepWarning[] {
  return keptShards(desired, observed).map(({ key, server, files }) => otherShard(desired.name, key, server, files));
}

interface KeptShards extends Kept {
  readonly key: "q" | "n";
  readonly server: number;
  readonly files: number;
}

function keptShards(desired: Database, observed: DatabaseInfo): KeptShards[] {
  return (["q", "n"] as const).flatMap((key) => {
    const [files, server] = [desired[key], observed[key]];
    return files === undefined || server === undefined || files === server
      ? []
      : [{ key, path: `/${key}`, server, files }];
  });
}

/** The same text before and after the creation, so that it is shown once. */
function otherShard(database: string, key: "q" | "n", is: number, asked: number): StepWarning {
  if (key === "n" && is < asked) return { code: "n-above-nodes", database, is, asked };
  return { code: "shards-fixed", database, key, is, asked };
}
