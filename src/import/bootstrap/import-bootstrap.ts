/** Writes migration files for a couchdb-bootstrap folder. Sends no requests. */
import { passwordMembers } from "../../couch/password-hash.js";
import { databasePart } from "../database-part.js";
import { fileError } from "../file-error.js";
import { type Imported, nothing, together } from "../imported.js";
import { distinctNames } from "../names.js";
import { type FoundReplication, replicationsPart } from "../replications-part.js";
import type { ImportResult, LeftOut } from "../result.js";
import { type FoundUser, usersPart } from "../users-part.js";
import { assertUnused, writeImported } from "../write-files.js";
import { configPart } from "./config-part.js";
import { type Bootstrap, type FoundDocument, readBootstrap } from "./read-folder.js";

export interface ImportBootstrapOptions {
  /** The folder that couchdb-bootstrap uses. */
  readonly from: string;
  /** The folder to write to. Default `./migrations`. */
  readonly out?: string;
  /** Write even if there are migration files already. */
  readonly force?: boolean;
}

/** Writes migration files for a couchdb-bootstrap folder. */
export async function importBootstrap(options: ImportBootstrapOptions): Promise<ImportResult> {
  const { from, out = "./migrations", force = false } = options;
  if (!force) await assertUnused(out);
  const found = await readBootstrap(from).catch((error: unknown) => {
    throw fileError(error, "Set --from-bootstrap to the folder that you use with couchdb-bootstrap.");
  });
  return writeImported(await convert(found), out, force);
}

async function convert({ config, databases, users, replications, leftOut }: Bootstrap): Promise<Imported> {
  const names = distinctNames(databases.map(({ name }) => name));
  const parts: Imported[] = config ? configPart(config) : [];
  for (const database of databases) parts.push(await databasePart(database, names.get(database.name) ?? ""));
  const found = users.map(userOf);
  parts.push(usersPart(found.flatMap((user) => ("name" in user ? [user] : []))));
  parts.push(replicationsPart(replications.map(replicationOf)));
  const unnamed = found.flatMap((user) => ("subject" in user ? [user] : []));
  return together([...parts, { ...nothing, leftOut: [...leftOut, ...unnamed] }]);
}

const prefix = "org.couchdb.user:";

function userOf({ file, doc }: FoundDocument): FoundUser | LeftOut {
  const { _id, name: given, roles, type: _type, password, ...others } = doc;
  const name = typeof given === "string" ? given : _id.startsWith(prefix) ? _id.slice(prefix.length) : "";
  if (name === "") return { subject: file, reason: "this user has no `name`" };
  const fields = Object.entries(others).filter(([key]) => !key.startsWith("_") && !passwordMembers.has(key));
  return {
    name,
    roles: Array.isArray(roles) ? roles : [],
    fields: Object.fromEntries(fields),
    ...(typeof password === "string" ? { passwordIn: file } : {}),
  };
}

function replicationOf({ doc }: FoundDocument): FoundReplication {
  const { _id, ...others } = doc;
  return { id: _id, fields: Object.fromEntries(Object.entries(others).filter(([key]) => !key.startsWith("_"))) };
}
