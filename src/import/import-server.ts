/** Writes migration files for the content of a live server. */

import type { RunOptions } from "../contract/options.js";
import type { Couch } from "../couch/couch.js";
import { assertRoot } from "../couch/identity.js";
import { path } from "../couch/path.js";
import { type Run, whenReached, withRun } from "../engine/session.js";
import { isReplicator } from "../objects/replications/replicator-database.js";
import { list } from "../text/quantity.js";
import { databasePart } from "./database-part.js";
import { type Imported, nothing, together } from "./imported.js";
import { distinctNames } from "./names.js";
import { readAdmins, readDatabases, readReplications, readSystemDatabases, readUsers } from "./read-server.js";
import { replicationsPart } from "./replications-part.js";
import type { ImportResult, LeftOut } from "./result.js";
import { usersPart } from "./users-part.js";
import { assertUnused, writeImported } from "./write-files.js";

export interface ImportOptions
  extends Pick<RunOptions, "connection" | "nano" | "ledgerDatabase" | "wait" | "concurrency" | "emit" | "signal"> {
  /** Import only databases that match (`*` stands for any text), and nothing server-wide. */
  readonly database?: string;
  /** The folder to write to. Default `./migrations`. */
  readonly out?: string;
  /** Write even if there are migration files already. */
  readonly force?: boolean;
}

/** Writes migration files for the content of a server. Only reads from the server. */
export async function importServer(options: ImportOptions): Promise<ImportResult> {
  const { out = "./migrations", force = false } = options;
  if (!force) await assertUnused(out);
  return withRun({ steps: [] }, { ...options, expectsServer: true }, async (run) => {
    await whenReached(run, () => greet(run.couch));
    return writeImported(await readServer(run, options.database), out, force);
  });
}

/** The first request is sent alone, so that wrong credentials are tried once. */
async function greet(couch: Couch): Promise<void> {
  await couch.read(path`/_session`, { accept: [404] });
  await assertRoot(couch);
}

async function readServer({ couch, place, concurrency, signal }: Run, pattern: string | undefined): Promise<Imported> {
  const databases = await readDatabases(couch, { pattern, except: place.database, concurrency });
  signal.throwIfAborted();
  const system = pattern === undefined ? await readSystemDatabases(couch) : [];
  const names = distinctNames([...databases, ...system].map(({ name }) => name));
  const parts: Imported[] = [];
  for (const database of databases) parts.push(await databasePart(database, names.get(database.name) ?? ""));
  for (const database of system)
    parts.push(await databasePart(database, names.get(database.name) ?? "", after[database.name]));
  const replicators = ["_replicator", ...databases.map(({ name }) => name).filter(isReplicator)];
  if (pattern === undefined) parts.push(...(await readServerWide(couch, replicators)));
  else parts.push(withoutFiles([serverWide]));
  return together([...parts, withoutFiles(always)]);
}

/** Placed after the documents, because their validation functions may refuse the documents. */
const after: Readonly<Record<string, string>> = {
  _users: "850-users-database.yaml",
  _replicator: "950-replicator-database.yaml",
};

async function readServerWide(couch: Couch, replicators: readonly string[]): Promise<Imported[]> {
  const leftOut: LeftOut[] = [];
  const [users, admins, ...replications] = await Promise.all([
    readUsers(couch, leftOut),
    readAdmins(couch),
    ...replicators.map((database) => readReplications(couch, database, leftOut)),
  ]);
  return [
    users ? usersPart(users) : withoutFiles([forbidden("users", "_users")]),
    replicationsPart(replications.flatMap((found) => found ?? [])),
    withoutFiles(replicators.flatMap((name, i) => (replications[i] ? [] : [forbidden("replications", name)]))),
    withoutFiles(leftOut),
    withoutFiles(admins && admins.length > 0 ? [adminsLeftOut(admins)] : []),
  ];
}

const serverWide: LeftOut = {
  subject: "users, replications and admins",
  reason: "with --database, server-wide objects are not imported",
};

const always: readonly LeftOut[] = [
  {
    subject: "documents",
    reason: "replicate them, or list the ones you need in ensureDocuments",
  },
  {
    subject: "configuration",
    reason: "values that were set can't be told from defaults; declare the ones you need in ensureConfig",
  },
];

function forbidden(subject: string, database: string): LeftOut {
  return { subject, reason: `the run's user can't read ${database}; import as a server admin` };
}

function adminsLeftOut(admins: readonly string[]): LeftOut {
  const step = "to create them on another server, use ensureAdmin with the password in a variable";
  return { subject: `admins (${list(admins, 5)})`, reason: `CouchDB stores only hashes of their passwords; ${step}` };
}

function withoutFiles(leftOut: readonly LeftOut[]): Imported {
  return { ...nothing, leftOut };
}
