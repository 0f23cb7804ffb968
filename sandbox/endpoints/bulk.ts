/** Requests for many documents. */

import { isObject } from "../json.js";
import { badRequest, CouchError, notFound, reply } from "../reply.js";
import { jsonObjectBody } from "../request.js";
import type { Database } from "../storage/database.js";
import { parseEdit } from "../storage/edit.js";
import { isLocalId } from "../storage/local-docs.js";
import { formatRevision, parseRevision } from "../storage/revisions.js";
import { openLeaves, writeEdits } from "../storage/write.js";
import { requireRevision } from "./documents.js";
import { type DatabaseContext, endpoint } from "./endpoint.js";
import { readDocument, readLocalDocument } from "./read-document.js";

/** Answers 201 even if every row failed. A replicated write lists only the rows that failed. */
export const bulkDocs = endpoint<DatabaseContext>("POST", {
  POST: async ({ database, request, user }) => {
    const { docs, new_edits: newEdits = true } = jsonObjectBody(request);
    if (docs === undefined) throw badRequest("POST body must include `docs` parameter.");
    if (!Array.isArray(docs)) throw badRequest("`docs` parameter must be an array.");
    if (typeof newEdits !== "boolean") throw badRequest("`new_edits` parameter must be a boolean.");
    const edits = docs.map((document) => parseEdit(document, { partitioned: database.shape.partitioned }));
    if (!newEdits) edits.forEach(requireRevision);
    const outcomes = await writeEdits(database, edits, { user, newEdits });
    const rows = outcomes.map((outcome, i) => {
      const edit = edits[i];
      if (!(outcome instanceof CouchError)) return { ok: true, id: outcome.id, rev: outcome.rev };
      const rev = newEdits || !edit?.revision ? {} : { rev: formatRevision(edit.revision) };
      return { ...outcome.toRow(edit?.id ?? ""), ...rev };
    });
    return reply(newEdits ? rows : rows.filter((row) => "error" in row), 201);
  },
});

export const bulkGet = endpoint<DatabaseContext>("POST", {
  POST: async ({ database, request }) => {
    const { docs } = jsonObjectBody(request);
    if (!Array.isArray(docs)) throw badRequest("Missing JSON list of 'docs'.");
    const revs = request.query.get("revs") === "true";
    const results = docs.map(async (wanted: unknown) => {
      const { id, rev } = isObject(wanted) ? wanted : {};
      const name = String(id);
      const options = { revs, rev: typeof rev === "string" ? rev : undefined };
      try {
        if (isLocalId(name)) return { id, docs: [{ ok: readLocalDocument(database, name, options) }] };
        if (options.rev !== undefined) return { id, docs: [{ ok: await readDocument(database, name, options) }] };
        const leaves = await openLeaves(database, name, { revs }).catch(() => []);
        if (leaves.length === 0) throw notFound("missing");
        return { id, docs: leaves.map((ok) => ({ ok })) };
      } catch (error) {
        if (!(error instanceof CouchError)) throw error;
        return { id, docs: [{ error: { ...error.toRow(name), rev: options.rev ?? "undefined" } }] };
      }
    });
    return reply({ results: await Promise.all(results) });
  },
});

export const revsDiff = endpoint<DatabaseContext>("POST", {
  POST: async ({ database, request }) => {
    const diff = await database.pouch.revsDiff(jsonObjectBody(request));
    const rows = Object.entries(diff).map(async ([id, { missing }]) => {
      const ancestors = await possibleAncestors(database, id, missing);
      return [id, { missing, ...(ancestors.length > 0 ? { possible_ancestors: ancestors } : {}) }] as const;
    });
    return reply(Object.fromEntries(await Promise.all(rows)));
  },
});

export const missingRevs = endpoint<DatabaseContext>("POST", {
  POST: async ({ database, request }) => {
    const diff = await database.pouch.revsDiff(jsonObjectBody(request));
    const missing = Object.fromEntries(Object.entries(diff).map(([id, { missing }]) => [id, missing]));
    return reply({ missing_revs: missing });
  },
});

/** The leaves (deleted ones too) with a lower generation than one of the missing revisions. */
async function possibleAncestors(database: Database, id: string, missing: readonly string[]): Promise<string[]> {
  const highest = Math.max(...missing.map((rev) => parseRevision(rev).generation));
  const leaves = await openLeaves(database, id).catch(() => []);
  return leaves.map(({ _rev }) => String(_rev)).filter((rev) => parseRevision(rev).generation < highest);
}
