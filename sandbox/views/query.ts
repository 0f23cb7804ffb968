/** Answers a view query. */

import { compiledViews } from "../../src/design-doc-rules/fields.js";
import { isObject, type JsonObject } from "../json.js";
import { notFound, queryParseError } from "../reply.js";
import type { Database } from "../storage/database.js";
import { updateSequence } from "../storage/info.js";
import { findBuiltin } from "./builtin-reduces.js";
import { compareKeys } from "./collation.js";
import { groupRows } from "./group.js";
import type { Parameters } from "./parameters.js";
import type { Row } from "./row.js";
import { selectRows } from "./select.js";
import type { ViewIndex } from "./view-index.js";

/** @throws CouchError */
export async function queryView(
  database: Database,
  designDoc: JsonObject,
  name: string,
  parameters: Parameters,
): Promise<JsonObject> {
  const view = compiledViews(designDoc).find(([viewName]) => viewName === name)?.[1];
  if (!view) throw notFound("missing_named_view");
  const reduces = typeof view.reduce === "string" && parameters.reduce !== false;
  checkParameters(parameters, reduces, typeof view.reduce === "string");
  checkPartition(database, designDoc, parameters);

  const index = database.views.of(designDoc);
  await refresh(index, parameters);
  const rows = inPartition(index.rows(name), parameters.partition);
  if (reduces) return { rows: await reduceRows(index, name, String(view.reduce), rows, parameters) };

  const selection = selectRows(rows, parameters, compareKeys);
  const docs = parameters.includeDocs ? await documentsOf(database, selection.rows, parameters) : undefined;
  return {
    total_rows: index.rows(name).length,
    offset: selection.offset,
    ...(parameters.updateSeq ? { update_seq: updateSequence(index.updateSeq) } : {}),
    rows: selection.rows.map(({ id, key, value }, i) => ({
      id,
      key,
      value,
      ...(docs ? { doc: docs[i] ?? null } : {}),
    })),
  };
}

function checkParameters(
  { reduce, groupLevel, includeDocs, keys }: Parameters,
  reduces: boolean,
  canReduce: boolean,
): void {
  if (reduce === true && !canReduce) throw queryParseError("Reduce is invalid for map-only views.");
  if (reduces && keys && keys.length > 1 && Number.isFinite(groupLevel)) {
    throw queryParseError("Multi-key fetches for reduce views must use `group=true`");
  }
  if (!reduces && groupLevel > 0) throw queryParseError("Invalid use of grouping on a map view.");
  if (reduces && includeDocs) throw queryParseError("`include_docs` is invalid for reduce");
}

function checkPartition({ shape }: Database, { options }: JsonObject, { partition }: Parameters): void {
  const global = isObject(options) && options.partitioned === false;
  const partitioned = shape.partitioned && !global;
  if (partitioned && partition === undefined) {
    throw queryParseError("`partition` parameter is mandatory for queries to this view.");
  }
  if (!partitioned && partition !== undefined) {
    throw queryParseError("`partition` parameter is not supported in this design doc");
  }
}

/** `update=lazy` answers first and updates the index afterwards. */
async function refresh(index: ViewIndex, { update }: Parameters): Promise<void> {
  if (update === "true") await index.update();
  if (update === "lazy") setImmediate(() => index.update().catch(() => undefined));
}

function inPartition(rows: readonly Row[], partition: string | undefined): readonly Row[] {
  return partition === undefined ? rows : rows.filter((row) => row.id.startsWith(`${partition}:`));
}

async function reduceRows(
  index: ViewIndex,
  view: string,
  reduce: string,
  rows: readonly Row[],
  { skip, limit, ...parameters }: Parameters,
): Promise<{ key: unknown; value: unknown }[]> {
  const all = selectRows(rows, { ...parameters, skip: 0, limit: Number.POSITIVE_INFINITY }, compareKeys);
  const builtin = findBuiltin(reduce);
  const groups = groupRows(all.rows, parameters.groupLevel).slice(skip, skip + limit);
  const rowsOf = groups.map((group) => group.rows);
  const values = builtin ? rowsOf.map(builtin) : await index.reduce(view, rowsOf);
  return groups.map(({ key }, i) => ({ key, value: values[i] }));
}

/** The documents of the rows. If the value of a row names another `_id`, that document is used. */
async function documentsOf(
  database: Database,
  rows: readonly Row[],
  { conflicts, attachments }: Parameters,
): Promise<(JsonObject | null | undefined)[]> {
  if (rows.length === 0) return [];
  const keys = rows.map(({ id, value }) => (isObject(value) && typeof value._id === "string" ? value._id : id));
  const found = await database.pouch.allDocs({ keys, include_docs: true, conflicts, attachments });
  return found.rows.map((row) => row.doc);
}
