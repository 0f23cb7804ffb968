/** Reads a couchdb-bootstrap folder, without running any of its code. */
import { join } from "node:path";
import type { DesignDoc } from "../../objects/design-docs/design-doc.js";
import type { JsonObject } from "../../text/json.js";
import type { FoundDatabase } from "../database-part.js";
import type { LeftOut } from "../result.js";
import { entriesOf, keyOf, objectOf, type Report } from "./compile.js";

/** A document and its origin. */
export interface FoundDocument {
  readonly file: string;
  readonly doc: JsonObject & { readonly _id: string };
}

export interface Bootstrap {
  readonly config: { readonly file: string; readonly value: JsonObject } | undefined;
  readonly databases: readonly FoundDatabase[];
  readonly users: readonly FoundDocument[];
  readonly replications: readonly FoundDocument[];
  readonly leftOut: readonly LeftOut[];
}

/** As `ensureDatabase` accepts them. */
const databaseName = /^[a-z][a-z0-9_$()+/-]*$/;
const systemDatabases = new Set(["_users", "_replicator", "_global_changes"]);

export async function readBootstrap(folder: string): Promise<Bootstrap> {
  const leftOut: LeftOut[] = [];
  const report: Report = (file, reason) => leftOut.push({ subject: file, reason });
  const databases: FoundDatabase[] = [];
  const users: FoundDocument[] = [];
  const replications: FoundDocument[] = [];
  let config: Bootstrap["config"];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    const name = keyOf(entry);
    if (name === "_config") {
      const value = await objectOf(path, entry, report);
      config = value && { file: path, value };
    } else if (!entry.folder) report(path, "a database must be a folder");
    else if (!systemDatabases.has(name) && !databaseName.test(name)) {
      report(path, `CouchDB does not allow the database name \`${name}\`: rename the folder`);
    } else {
      const found = await readDatabase(path, name, report);
      const { documents } = found;
      if (name === "_users") users.push(...documents);
      if (name === "_replicator") replications.push(...documents);
      const isSystem = name === "_users" || name === "_replicator";
      const database = { ...found, documents: isSystem ? [] : documents.map(({ doc }) => doc) };
      if (!isSystem || database.security !== undefined || Object.keys(database.designDocs).length > 0) {
        databases.push(database);
      }
    }
  }
  return { config, databases, users, replications, leftOut };
}

async function readDatabase(folder: string, name: string, report: Report) {
  let security: unknown;
  let designDocs: Readonly<Record<string, DesignDoc>> = {};
  const documents: FoundDocument[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    const key = keyOf(entry);
    if (key === "_security") {
      // CouchDB 3 refuses to set it.
      if (name === "_users") report(path, "CouchDB 3 does not allow changes to the _security of _users");
      else security = await objectOf(path, entry, report);
    } else if (key === "_design" && entry.folder) designDocs = await readDesignDocs(path, report);
    else if (key === "_local") report(path, "_local documents belong to one server and are not for steps");
    else if (entry.name.startsWith("_")) report(path, "couchdb-bootstrap ignores it, too");
    else {
      const doc = await objectOf(path, entry, report);
      if (doc) documents.push({ file: path, doc: withId(doc, key) });
    }
  }
  return { name, creation: {}, security, designDocs, indexes: [], documents };
}

async function readDesignDocs(folder: string, report: Report): Promise<Readonly<Record<string, DesignDoc>>> {
  const docs: [string, DesignDoc][] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    const doc = await objectOf(path, entry, report);
    if (!doc) continue;
    const id = withId(doc, `_design/${keyOf(entry)}`)._id;
    if (id.startsWith("_design/")) docs.push([id.slice("_design/".length), doc]);
    else report(path, `its \`_id\` \`${id}\` is not that of a design document`);
  }
  return Object.fromEntries(docs);
}

function withId({ _rev, ...doc }: JsonObject, id: string): FoundDocument["doc"] {
  return { ...doc, _id: typeof doc._id === "string" && doc._id !== "" ? doc._id : id };
}
