/** Several queries in one request: `POST …/queries`. */

import { isObject, type JsonObject } from "../json.js";
import { badRequest, type Reply, reply } from "../reply.js";
import { type Parameters, parseParameters } from "../views/parameters.js";

export async function answerQueries(
  body: JsonObject,
  answer: (parameters: Parameters) => Promise<JsonObject>,
): Promise<Reply> {
  const { queries } = body;
  if (queries === undefined) throw badRequest("POST body must include `queries` parameter.");
  if (!Array.isArray(queries) || !queries.every(isObject)) throw badRequest("`queries` member must be an array.");
  const results: JsonObject[] = [];
  for (const query of queries) results.push(await answer(parseParameters(new URLSearchParams(), query)));
  return reply({ results });
}
