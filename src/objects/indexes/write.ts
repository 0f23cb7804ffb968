/** Writes and removes indexes, one at a time. */
import { MigrateError, toMigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { inventoryOf } from "../../couch/inventory.js";
import { path } from "../../couch/path.js";
import { rest } from "../../couch/pause.js";
import { type JsonObject, membersOf } from "../../text/json.js";
import { idOf } from "../design-docs/design-doc.js";
import { deleteDesignDoc, readDesignDoc } from "../design-docs/stored.js";
import type { ComparedIndex } from "./compare.js";
import { differingMembers, type Index, type StoredIndex, shownDefinition } from "./definition.js";
import { listIndexes } from "./observe.js";

/** A node may still return its old indexes. Milliseconds. */
const patience = 2_000;
const pause = 50;
const removals = 4;

export async function writeIndex(couch: Couch, database: string, index: ComparedIndex): Promise<void> {
  const { name, desired, writes, obsolete, inNew } = index;
  const made = writes && (await define(couch, database, index));
  if (made && inNew) return;
  for (const type of obsolete) await remove(couch, database, { ...desired, type, name });
  await assertShown(couch, database, name, desired);
}

/** Checks that CouchDB lists the index, with the wanted definition. */
export async function assertShown(couch: Couch, database: string, name: string, desired: Index): Promise<void> {
  const shown = await isShown(couch, database, (indexes) =>
    indexes.some((one) => one.name === name && one.ddoc === desired.ddoc && isAsDesired(desired, one)),
  );
  if (shown) return;
  const message = `CouchDB accepted index ${name} of ${database}, but lists it differently from what was sent`;
  throw new MigrateError("not-applied", { message, data: { database, index: name } });
}

export async function removeIndex(couch: Couch, database: string, index: StoredIndex): Promise<void> {
  await remove(couch, database, index);
  await removeShell(couch, database, index.ddoc);
}

/** Whether CouchDB reports that it did not exist before. */
async function define(couch: Couch, database: string, { name, desired, inNewDoc }: ComparedIndex): Promise<boolean> {
  const { ddoc, type, index } = desired;
  const partitioned = inNewDoc ? desired.partitioned : await makeRoom(couch, database, name, desired);
  const body = { name, ddoc, type, index, ...(partitioned === undefined ? {} : { partitioned }) };
  try {
    const options = { body, accept: [500], repeatable: true };
    const answer = await couch.write<Refused & Defined>("POST", path`/${database}/_index`, options);
    if (answer.status === 500) throw refused(database, name, answer.body);
    const { result, id, name: named } = answer.body;
    return result === "created" && id === idOf(ddoc) && named === name;
  } catch (thrown) {
    const error = toMigrateError(thrown);
    throw error.data.error === "required index service unavailable" ? serviceMissing(name, type, error) : error;
  }
}

interface Defined {
  readonly result?: string;
  readonly id?: string;
  readonly name?: string;
}

interface Refused {
  readonly error?: string;
  readonly reason?: string;
}

/**
 * If CouchDB can't save the design document for any reason, it answers 500: another writer, a missing permission, a
 * bad option.
 */
function refused(database: string, name: string, { error, reason = "" }: Refused): MigrateError {
  const about = { database, index: name, status: 500, error, reason };
  if (/: (?:forbidden|unauthorized)$/.test(reason)) {
    const permission = `admin of ${database}`;
    const lacking = `index ${name} of ${database} can't be written: the run's user needs to be an ${permission}`;
    return new MigrateError("missing-permission", { message: lacking, data: { ...about, permission } });
  }
  const message = `CouchDB refused index ${name} of ${database}: ${reason}`;
  const code =
    error !== "error_saving_ddoc" ? "outcome-unknown" : /conflict/.test(reason) ? "conflict" : "request-failed";
  return new MigrateError(code, { message, data: about });
}

/**
 * An index can only be added to a design document with the same language and the same `partitioned`, which is fixed
 * at its creation; any other design document is removed. Returns the value of `partitioned` to send to CouchDB.
 */
async function makeRoom(
  couch: Couch,
  database: string,
  name: string,
  { ddoc, partitioned }: Index,
): Promise<boolean | undefined> {
  const doc = await readDesignDoc(couch, database, ddoc);
  if (!doc) return partitioned;
  if (doc.language !== "query") {
    const message = `_design/${ddoc} is not a design document of indexes: give index ${name} another \`ddoc\``;
    throw new MigrateError("refused", { message, data: { database, ddoc } });
  }
  const option = membersOf(doc.options).partitioned as boolean | undefined;
  const byDefault = (await inventoryOf(couch).info(database))?.partitioned ?? false;
  if ((option ?? byDefault) === (partitioned ?? byDefault)) return option;
  if (indexNames(doc).some((other) => other !== name)) {
    const message = `_design/${ddoc} contains other indexes, so \`partitioned\` of ${name} can't be changed: give the index its own \`ddoc\``;
    throw new MigrateError("refused", { message, data: { database, ddoc } });
  }
  await deleteDesignDoc(couch, database, ddoc, String(doc._rev));
  return partitioned;
}

/**
 * CouchDB reports that it has removed the index even if it could not, because of another writer or a missing
 * permission.
 */
async function remove(couch: Couch, database: string, index: IndexPlace): Promise<void> {
  const { ddoc, type, name } = index;
  for (let attempt = 1; attempt <= removals; attempt += 1) {
    const at = path`/${database}/_index/${ddoc}/${type}/${name}`;
    await couch.write("DELETE", at, { accept: [404], repeatable: true });
    const gone = (one: StoredIndex) => one.ddoc !== ddoc || one.type !== type || one.name !== name;
    if (await isShown(couch, database, (indexes) => indexes.every(gone))) return;
  }
  const permission = `admin of ${database}`;
  const message = `CouchDB reported that index ${name} of ${database} was removed, but still has it: the run's user may have to be an ${permission}`;
  throw new MigrateError("missing-permission", { message, data: { database, index: name, permission } });
}

type IndexPlace = Pick<StoredIndex, "ddoc" | "type" | "name">;

/** CouchDB deletes a design document with its last index, but not if it was created with `partitioned`. */
async function removeShell(couch: Couch, database: string, ddoc: string): Promise<void> {
  const doc = await readDesignDoc(couch, database, ddoc);
  if (doc?.language !== "query" || indexNames(doc).length > 0) return;
  const others = Object.keys(doc).filter((key) => !["_id", "_rev", "language", "options", ...sections].includes(key));
  if (others.length === 0) await deleteDesignDoc(couch, database, ddoc, String(doc._rev));
}

/** The sections of a design document that contain indexes, by type. */
const sections: readonly string[] = ["views", "indexes", "nouveau"];

function indexNames(doc: JsonObject): string[] {
  return sections.flatMap((section) => Object.keys(membersOf(doc[section])));
}

function isAsDesired(desired: Index, { type, def }: StoredIndex): boolean {
  if (type !== desired.type) return false;
  return differingMembers(shownDefinition(type, def), shownDefinition(type, desired.index)).length === 0;
}

async function isShown(
  couch: Couch,
  database: string,
  holds: (indexes: readonly StoredIndex[]) => boolean,
): Promise<boolean> {
  for (const start = performance.now(); ; ) {
    if (holds((await listIndexes(couch, database, true)) ?? [])) return true;
    if (performance.now() - start > patience) return false;
    await rest(pause);
  }
}

function serviceMissing(name: string, type: string, cause: MigrateError): MigrateError {
  const service = type === "nouveau" ? "Nouveau" : "text search (Clouseau)";
  return new MigrateError("step-failed", {
    message: `index ${name} is of type ${type}, but this CouchDB has no ${service}`,
    data: { ...cause.data, index: name, type },
    next: `Install and enable ${service}, or use an index of type json, then run again.`,
    cause,
  });
}
