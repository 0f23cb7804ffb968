/** Reads the content of a server. Only sends requests that read. */
import pMap from "p-map";
import { type ErrorCode, MigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { type DatabaseInfo, inventoryOf } from "../couch/inventory.js";
import { clusterNodes, configSection } from "../couch/nodes.js";
import { passwordMembers } from "../couch/password-hash.js";
import { path } from "../couch/path.js";
import { patternTest } from "../couch/pattern.js";
import { isAtLeast } from "../couch/version.js";
import { defaultLimit, type Limits, limitNames, limitsIn, readLimits } from "../objects/databases/limits.js";
import { companionIn } from "../objects/design-docs/companions.js";
import { type DesignDoc, nameInId } from "../objects/design-docs/design-doc.js";
import { isOwnedByCouch } from "../objects/design-docs/owned-by-couch.js";
import { furtherFields, storedDefinition } from "../objects/replications/replication.js";
import { placeOf } from "../objects/replications/replicator-database.js";
import { type JsonObject, membersOf } from "../text/json.js";
import { documentsBetween } from "./all-docs.js";
import type { FoundDatabase } from "./database-part.js";
import { type ListedIndex, namedIndexes } from "./listed-indexes.js";
import type { FoundReplication } from "./replications-part.js";
import type { LeftOut } from "./result.js";
import { unlessTooDeep } from "./too-deep.js";
import type { FoundUser } from "./users-part.js";

/** The values that CouchDB uses if a creation request omits them. */
interface CreationDefaults {
  readonly q: number;
  /** Undefined: unknown. */
  readonly n: number | undefined;
}

export interface ReadOptions {
  readonly pattern: string | undefined;
  /** The tool's own database. */
  readonly except: string;
  readonly concurrency: number;
}

/** By name, without CouchDB's own databases and the tool's. */
export async function readDatabases(couch: Couch, options: ReadOptions): Promise<FoundDatabase[]> {
  const matches = patternTest(options.pattern ?? "*");
  const names = (await inventoryOf(couch).list()).filter((name) => name !== options.except && matches(name));
  const defaults = await creationDefaults(couch);
  const found = await pMap(names.toSorted(), (name) => readDatabase(couch, name, defaults).catch(undefinedIfGone), {
    concurrency: options.concurrency,
  });
  return found.filter((database) => database !== undefined);
}

/** A database may be deleted between two of the requests that read it. */
function undefinedIfGone(thrown: unknown): undefined {
  if (thrown instanceof MigrateError && thrown.data.status === 404) return undefined;
  throw thrown;
}

/** Undefined if it was deleted after it was listed. */
async function readDatabase(
  couch: Couch,
  name: string,
  defaults: CreationDefaults,
): Promise<FoundDatabase | undefined> {
  const info = await inventoryOf(couch).info(name);
  if (!info) return undefined;
  const leftOut: LeftOut[] = [];
  const [security, inDesignDocs, limits] = await Promise.all([
    unlessTooDeep(`_security of ${name}`, leftOut, () => couch.read(path`/${name}/_security`)),
    readDesignDocs(couch, name, info, leftOut),
    limitsOf(couch, name),
  ]);
  return {
    name,
    creation: { ...creationOf(info, defaults), ...limits },
    security: security?.body,
    ...inDesignDocs,
    documents: [],
    leftOut,
  };
}

/** Reads what people have added to CouchDB's own databases, or changed in them, except users and replications. */
export async function readSystemDatabases(couch: Couch): Promise<FoundDatabase[]> {
  const found = await Promise.all(
    ["_users", "_replicator"].map((name) =>
      allowed(async () => {
        const info = await inventoryOf(couch).info(name);
        if (!info) return undefined;
        const leftOut: LeftOut[] = [];
        const [inDesignDocs, limits, security] = await Promise.all([
          readDesignDocs(couch, name, info, leftOut),
          limitsOf(couch, name),
          unlessTooDeep(`_security of ${name}`, leftOut, () => couch.read(path`/${name}/_security`)),
        ]);
        if (Object.keys(limits).length > 0) leftOut.push(limitsLeftOut(name, limits));
        return {
          name,
          creation: undefined,
          // Before 3.0, CouchDB creates these databases without it.
          security: Object.keys(membersOf(security?.body)).length > 0 ? security?.body : undefined,
          ...inDesignDocs,
          documents: [],
          leftOut,
        };
      }),
    ),
  );
  return found.filter((database) => database !== undefined);
}

/** A step for the database would exclude `ensureCluster`, which claims it. */
function limitsLeftOut(name: string, limits: Limits): LeftOut {
  const values = Object.entries(limits).map(([limit, value]) => `${limit}: ${value}`);
  const reason = `CouchDB creates the database itself; to set them on another server, use ensureDatabase: ${values.join(", ")}`;
  return { subject: `limits of ${name}`, reason };
}

async function readDesignDocs(
  couch: Couch,
  name: string,
  info: DatabaseInfo,
  leftOut: LeftOut[],
): Promise<Pick<FoundDatabase, "designDocs" | "indexes">> {
  const [docs, indexes] = await Promise.all([
    documentsBetween(couch, name, "_design/", "_design0", leftOut),
    unlessTooDeep(`Mango indexes of ${name}`, leftOut, () =>
      couch.read<{ indexes?: readonly ListedIndex[] }>(path`/${name}/_index`, { accept: [404] }),
    ),
  ]);
  const designDocs = docs.flatMap((doc): [string, DesignDoc][] => {
    const ddoc = nameInId(doc._id);
    // Companions of a staged deployment are not anyone's documents.
    return ddoc === undefined || companionIn(doc) || isOwnedByCouch(name, ddoc) ? [] : [[ddoc, doc]];
  });
  const listed = indexes?.status === 200 ? (indexes.body.indexes ?? []) : [];
  const byName = Object.fromEntries(designDocs);
  return { designDocs: byName, indexes: namedIndexes(listed, info.partitioned, byName) };
}

/** The limits that differ from CouchDB's defaults. */
async function limitsOf(couch: Couch, name: string): Promise<Limits> {
  const limits = limitsIn(await readLimits(couch, name, limitNames));
  return Object.fromEntries(limits.filter(([, value]) => value !== defaultLimit));
}

function creationOf(info: DatabaseInfo, { q, n }: CreationDefaults): FoundDatabase["creation"] {
  return {
    ...(info.partitioned ? { partitioned: true } : {}),
    ...(info.q === undefined || info.q === q ? {} : { q: info.q }),
    ...(info.n === undefined || n === undefined || info.n === n ? {} : { n: info.n }),
  };
}

/** A value that only follows from the server's own default is omitted: it would be wrong on the next server. */
async function creationDefaults(couch: Couch): Promise<CreationDefaults> {
  const shipped = isAtLeast(await couch.version(), "3.0") ? 2 : 8;
  const seen = await allowed(async () => {
    const nodes = await clusterNodes(couch);
    const { q, n } = await configSection(couch, nodes[0] ?? "_local", "cluster");
    return { q: number(q) ?? shipped, n: Math.min(number(n) ?? 3, nodes.length) };
  });
  return seen ?? { q: shipped, n: undefined };
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

const notAllowed: ReadonlySet<ErrorCode> = new Set([
  "missing-permission",
  "nodes-closed",
  "gateway-refused",
  "request-failed",
]);

/** Undefined if this login may not read it. */
async function allowed<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof MigrateError && notAllowed.has(error.code)) return undefined;
    throw error;
  }
}

/** Names of server admins; undefined if this login may not read them. */
export async function readAdmins(couch: Couch): Promise<readonly string[] | undefined> {
  return allowed(async () => {
    const [node = "_local"] = await clusterNodes(couch);
    return Object.keys(await configSection(couch, node, "admins")).sort();
  });
}

/** Undefined if this login may not read them. */
export async function readUsers(couch: Couch, leftOut: LeftOut[]): Promise<FoundUser[] | undefined> {
  const [start, end] = ["org.couchdb.user:", "org.couchdb.user;"];
  const docs = await allowed(() => documentsBetween(couch, "_users", start, end, leftOut));
  return docs?.flatMap(userOf);
}

function userOf(doc: JsonObject): FoundUser[] {
  const { name, roles, type: _type, ...others } = doc;
  if (typeof name !== "string") return [];
  const fields = Object.entries(others).filter(([key]) => !key.startsWith("_") && !passwordMembers.has(key));
  return [{ name, roles: Array.isArray(roles) ? roles.toSorted() : [], fields: Object.fromEntries(fields) }];
}

/** Undefined if this login may not read them. @param database `_replicator`, or one whose name ends in it */
export async function readReplications(
  couch: Couch,
  database: string,
  leftOut: LeftOut[],
): Promise<FoundReplication[] | undefined> {
  const docs = await allowed(() => documentsBetween(couch, database, undefined, undefined, leftOut));
  return docs?.filter(({ _id }) => nameInId(_id) === undefined).map((doc) => replicationOf(doc, database));
}

function replicationOf(doc: JsonObject, database: string): FoundReplication {
  const stored = { _rev: "", ...doc };
  const further = Object.keys(furtherFields(stored)).sort();
  return { ...placeOf({ id: String(doc._id), database }), fields: storedDefinition(stored), further };
}
