import { type DatabaseInfo, databaseInfo } from "../couch/databases.js";
import { path } from "../couch/path.js";
import { MigrateError, toMigrateError } from "../errors.js";
import { newDatabase, ownDatabaseProblems } from "./database-field.js";
import { type Change, defineKind, holds } from "./kind.js";

interface Database {
  readonly name: string;
  readonly partitioned: boolean;
  readonly q?: number;
  readonly n?: number;
}

export const ensureDatabase = defineKind<Database, Database, DatabaseInfo, Database>({
  name: "ensureDatabase",
  summary: "A database, with `partitioned`, `q` and `n` as they are fixed at its creation.",
  schema: {
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: {
      name: newDatabase,
      partitioned: {
        type: "boolean",
        description: "Whether document ids begin with a partition (`partition:id`). Fixed at creation.",
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
        description: "Number of copies of each document. Fixed at creation; default: the server's `[cluster] n`.",
        minimum: 1,
        examples: [3],
        variables: true,
      },
    },
  },
  example: "ensureDatabase:\n  name: zerglings\n",
  scope: "database",

  title: ({ name }) => `database ${name}`,
  databases: ({ name }) => [name],
  creates: ({ name }) => [name],
  claims: ({ name }) => [`database/${name}`],
  check: ({ name }) => ownDatabaseProblems(name, "name"),

  observe: ({ couch, desired }) => databaseInfo(couch, desired.name),

  diff(desired, observed) {
    if (!observed) return { action: "create", changes: creation(desired), rebuilds: [], warnings: [], write: desired };
    const refusal = otherKind(desired, observed);
    if (refusal === undefined) return holds(otherShards(desired, observed));
    const changes = [{ path: "/partitioned", before: observed.partitioned, after: desired.partitioned }];
    return { action: "refused", changes, rebuilds: [], warnings: [], refusal };
  },

  async apply({ name, partitioned, q, n }, { couch }) {
    const query = { q, n, partitioned: partitioned ? true : undefined };
    try {
      const { status } = await couch.write("PUT", path`/${name}`, { query, accept: [412], repeatable: true });
      if (status !== 412) return;
    } catch (thrown) {
      // Racing creations may get a 500 though the database is there.
      if (!["request-failed", "conflict"].includes(toMigrateError(thrown).code)) throw thrown;
      couch.forget(name);
      if (!(await databaseInfo(couch, name))) throw thrown;
    }
    couch.forget(name);
    const made = await databaseInfo(couch, name);
    if (!made) {
      throw new MigrateError("conflict", { message: `database ${name} was reported to exist, but is not there` });
    }
    const refusal = otherKind({ name, partitioned }, made);
    if (refusal !== undefined) throw new MigrateError("refused", { message: refusal, data: { database: name } });
  },
});

function creation({ name, partitioned, q, n }: Database): Change[] {
  const values = { name, ...(partitioned ? { partitioned } : {}), ...(q ? { q } : {}), ...(n ? { n } : {}) };
  return Object.entries(values).map(([key, after]) => ({ path: `/${key}`, before: null, after }));
}

function otherKind(desired: Database, { partitioned }: DatabaseInfo): string | undefined {
  if (partitioned === desired.partitioned) return undefined;
  const is = partitioned ? "is" : "is not";
  return `database ${desired.name} exists and ${is} partitioned, which is fixed at creation: set \`partitioned: ${partitioned}\`, or make a new database and copy the documents`;
}

function otherShards(desired: Database, observed: DatabaseInfo): string[] {
  return (["q", "n"] as const).flatMap((key) => {
    const [asked, is] = [desired[key], observed[key]];
    if (asked === undefined || is === undefined || asked === is) return [];
    return [`database ${desired.name} has ${key}=${is}, not ${asked}: it is fixed at creation and is left as it is`];
  });
}
