/** The functions of design documents that filter `_changes`: filters, and the maps of views. */

import { compiledViews } from "../../src/design-doc-rules/fields.js";
import { isObject, type JsonObject } from "../json.js";
import { badRequest, CouchError, notFound } from "../reply.js";
import type { IndexedDatabase } from "./indexed-database.js";
import { CompilationError, QueryServer } from "./query-server.js";

/** For each document, whether it passes. */
export type Passes = (docs: readonly JsonObject[]) => Promise<readonly boolean[]>;

/**
 * @param name `<design document>/<filter>`
 * @param req what the function gets as its second argument
 * @throws CouchError 400 and 404 for a wrong name; 500 if the function does not compile, or throws
 */
export async function filterNamed(database: IndexedDatabase, name: string, req: JsonObject): Promise<Passes> {
  const form = "`filter` must be of the form `designname/filtername`";
  const [designDoc, filter] = await memberOf(database, name, form, ({ filters }) => (isObject(filters) ? filters : {}));
  const server = await compiled(database, designDoc, filter);
  return async (docs) => {
    const results = await server.filter(docs.map((doc) => [doc, req]));
    return results.map((result) => {
      if (typeof result === "boolean") return result;
      throw new CouchError(500, "error", result.thrown);
    });
  };
}

/** A document passes if the view's map emits anything for it. @param name `<design document>/<view>` */
export async function filterByView(database: IndexedDatabase, name: string): Promise<Passes> {
  const form = "`view` must be of the form `designname/viewname`";
  const maps = (doc: JsonObject) => Object.fromEntries(compiledViews(doc).map(([view, { map }]) => [view, map]));
  const [designDoc, map] = await memberOf(database, name, form, maps);
  const server = await compiled(database, designDoc, map);
  return async (docs) => (await server.mapDocs(docs)).map(([emitted = []]) => emitted.length > 0);
}

async function memberOf(
  database: IndexedDatabase,
  named: string,
  form: string,
  members: (designDoc: JsonObject) => JsonObject,
): Promise<[designDoc: JsonObject, source: string]> {
  const [ddoc, name, ...more] = named.split("/");
  if (ddoc === undefined || name === undefined || more.length > 0) throw badRequest(form);
  const designDoc = (await database.designDocs()).find(({ _id }) => _id === `_design/${ddoc}`);
  if (!designDoc) throw notFound();
  const found = members(designDoc);
  const source = Object.hasOwn(found, name) ? found[name] : undefined;
  if (typeof source !== "string") throw notFound(`missing json key: ${name}`);
  return [designDoc, source];
}

async function compiled(database: IndexedDatabase, designDoc: JsonObject, source: string): Promise<QueryServer> {
  const server = new QueryServer(database.functions, designDoc);
  try {
    await server.compile(source);
    return server;
  } catch (error) {
    if (error instanceof CompilationError) throw new CouchError(500, "error", `compilation_error: ${error.message}`);
    throw error;
  }
}
