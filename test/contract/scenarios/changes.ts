import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { badRequest, notAllowed, notFound } from "./cast.js";

const feed = "/ct-changes/_changes";
const sequence = expect.stringMatching(/^\d+-/);
const change = (id: string, more: object = {}) =>
  expect.objectContaining({ id, seq: sequence, changes: [{ rev: expect.any(String) }], ...more });

const filters = {
  lib: { order: "exports.isAbove = function (n, than) { return n >= than; };" },
  filters: {
    above:
      "function (doc, req) { return doc._deleted || require('lib/order').isAbove(doc.n, Number(req.query.than)); }",
    context: "function (doc, req) { return this.lib && req.userCtx.roles.indexOf('_admin') >= 0 && req.method; }",
    throws: "function (doc) { return doc.none.none; }",
    broken: "function (doc) { retur",
  },
  views: { numbered: { map: "function (doc) { if (doc.n) emit(null); }" } },
};
const idsOf = (rows: readonly { readonly id: string }[]) =>
  rows
    .map(({ id }) => id)
    .sort()
    .join(" ");

// biome-ignore format: one probe per line
export const changes: Scenario = {
  title: "changes",
  probes: [
    { it: "belong to a database", send: "PUT /ct-changes", gets: 201 },
    { it: "start empty", send: `GET ${feed}`, gets: 200, exactly: { results: [], last_seq: expect.stringMatching(/^0/), pending: 0 } },
    { it: "follow writes", send: "POST /ct-changes/_bulk_docs", body: { docs: [{ _id: "a", n: 1 }, { _id: "b" }] }, gets: 201 },
    { it: "follow deletions", send: "POST /ct-changes/_bulk_docs", body: { new_edits: false, docs: [{ _id: "c", _rev: "2-x", _deleted: true }] }, gets: 201 },
    { it: "show each document once", send: `GET ${feed}`, gets: 200, exactly: { results: expect.arrayContaining([change("a"), change("b"), change("c", { deleted: true })]), last_seq: expect.stringMatching(/^3-/), pending: 0 } },
    { it: "show documents", send: `GET ${feed}?filter=_doc_ids&doc_ids=["a"]&include_docs=true`, gets: 200, like: { results: [{ id: "a", doc: { _id: "a", n: 1 } }] } },
    { it: "show only the requested ids", send: `POST ${feed}?filter=_doc_ids`, body: { doc_ids: ["b"] }, gets: 200, like: { results: [{ id: "b" }] } },
    { it: "show only what a selector matches", send: `POST ${feed}?filter=_selector`, body: { selector: { n: 1 } }, gets: 200, like: { results: [{ id: "a" }] } },
    { it: "keep design documents with filters", send: "PUT /ct-changes/_design/filters", body: filters, gets: 201 },
    { it: "show what a filter lets through, deletions too", send: `GET ${feed}?filter=filters/above&than=1`, gets: 200, like: { results: expect.toSatisfy((rows) => idsOf(rows) === "a c") } },
    { it: "give a filter its design document and the user", send: `GET ${feed}?filter=filters/context`, gets: 200, like: { results: expect.toSatisfy((rows) => idsOf(rows) === "_design/filters a b c") } },
    { it: "show what a view emits something for", send: `GET ${feed}?filter=_view&view=filters/numbered`, gets: 200, like: { results: [{ id: "a" }] } },
    { it: "refuse a filter that the design document does not have", send: `GET ${feed}?filter=filters/none`, gets: 404, like: notFound("missing json key: none") },
    { it: "refuse a filter without a design document", send: `GET ${feed}?filter=filters`, gets: 400, like: badRequest("`filter` must be of the form `designname/filtername`") },
    { it: "refuse a view that the design document does not have", send: `GET ${feed}?filter=_view&view=filters/none`, gets: 404, like: notFound("missing json key: none") },
    { it: "refuse a view filter without a view", send: `GET ${feed}?filter=_view`, gets: 400, like: badRequest("`view` filter parameter is not provided.") },
    { it: "fail with a filter that throws", send: `GET ${feed}?filter=filters/throws`, gets: 500, like: { error: "error", reason: expect.stringContaining("TypeError") } },
    { it: "fail with a filter that does not compile", send: `GET ${feed}?filter=filters/broken`, gets: 500, like: { error: "error", reason: expect.stringContaining("compilation_error") } },
    { it: "forget the filters", send: "POST /ct-changes/_bulk_docs", body: { new_edits: false, docs: [{ _id: "_design/filters", _rev: "9-x", _deleted: true }] }, gets: 201 },
    { it: "show at most `limit` changes", send: `GET ${feed}?limit=1`, gets: 200, like: { results: [{ seq: sequence }], pending: 3 } },
    { it: "show none with a limit of 0", send: `GET ${feed}?limit=0`, gets: 200, like: { results: [] } },
    { it: "start from now", send: `GET ${feed}?since=now`, gets: 200, like: { results: [], pending: 0 } },
    { it: "wait no longer than the time-out", send: `GET ${feed}?feed=longpoll&since=now&timeout=50`, gets: 200, like: { results: [] } },
    { it: "refuse a malformed `since`", send: `GET ${feed}?since=zzz`, gets: 400, like: badRequest("Malformed sequence supplied in 'since' parameter.") },
    { it: "refuse an unknown feed", send: `GET ${feed}?feed=zzz`, gets: 400, like: { error: "bad_request" } },
    { it: "refuse a filter that does not exist", send: `GET ${feed}?filter=none/none`, gets: 404, like: notFound("missing") },
    { it: "can't be written", send: `PUT ${feed}`, body: {}, gets: 405, like: notAllowed("GET,POST,HEAD") },
  ],
};
