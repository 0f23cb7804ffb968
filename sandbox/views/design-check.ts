/**
 * Checks a design document as CouchDB does before it stores it: the types of its fields, and whether its views
 * compile.
 */

import { builtInReduce } from "../../src/design-doc-rules/built-in-reduces.js";
import { compiledViews, type FieldRefusal, fieldRefusals } from "../../src/design-doc-rules/fields.js";
import type { JsonObject } from "../json.js";
import { CouchError, notFound } from "../reply.js";
import type { FunctionThread } from "./function-thread.js";
import { CompilationError, QueryServer } from "./query-server.js";

/** @throws CouchError 400; 404 for an empty function; 500 if the options of a view are not an object */
export async function checkDesignDoc(
  body: JsonObject,
  partitionedDatabase: boolean,
  functions: FunctionThread,
): Promise<void> {
  const [refusal] = fieldRefusals(body, partitionedDatabase);
  if (refusal) throw fieldError(refusal);
  const { language = "javascript" } = body;
  if (language !== "javascript" && language !== "query") return;
  const server = new QueryServer(functions);
  for (const [name, { map, reduce }] of compiledViews(body)) {
    if (language === "javascript") await compile(server, "map", name, String(map));
    if (typeof reduce !== "string") continue;
    const builtIn = builtInReduce(reduce);
    if (builtIn && "refusal" in builtIn) throw invalid(builtIn.refusal);
    if (!builtIn && language === "javascript") await compile(server, "reduce", name, reduce);
  }
}

function fieldError(refusal: FieldRefusal): CouchError {
  const path = refusal.keys.join(".");
  switch (refusal.reason) {
    case "type":
      if (refusal.keys[0] === "views" && refusal.keys[2] === "options") {
        return new CouchError(500, "unknown_error", "function_clause");
      }
      return invalid(`\`${path}\` field must have ${refusal.types.join(" or ")} type`);
    case "no-map":
      return invalid(`View \`${refusal.keys[1]}\` must contain map function`);
    case "partitioned":
      return invalid("partitioned option cannot be true in a non-partitioned database.");
  }
}

async function compile(server: QueryServer, kind: string, view: string, source: string): Promise<void> {
  if (source === "") throw notFound("missing function");
  try {
    await server.compile(source);
  } catch (error) {
    if (!(error instanceof CompilationError)) throw error;
    const reason = `Compilation of the ${kind} function in the '${view}' view failed: ${error.message}`;
    throw new CouchError(400, "compilation_error", reason);
  }
}

const invalid = (reason: string) => new CouchError(400, "invalid_design_doc", reason);
