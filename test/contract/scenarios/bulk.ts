import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { badRequest, conflict, notAllowed } from "./cast.js";

const bulkDocs = "POST /ct-bulk/_bulk_docs";
const rev = (generation: number) => expect.stringMatching(new RegExp(`^${generation}-`));

// biome-ignore format: one probe per line
export const bulk: Scenario = {
  title: "documents in bulk",
  probes: [
    { it: "live in a database", send: "PUT /ct-bulk", gets: 201 },
    { it: "are written", send: bulkDocs, body: { docs: [{ _id: "a", n: 1 }, { _id: "b" }, { n: 3 }] }, gets: 201, exactly: [{ ok: true, id: "a", rev: rev(1) }, { ok: true, id: "b", rev: rev(1) }, { ok: true, id: expect.stringMatching(/^[0-9a-f]{32}$/), rev: rev(1) }] },
    { it: "get a 201 even if they fail", send: bulkDocs, body: { docs: [{ _id: "a" }, { _id: "b", _rev: "9-x" }] }, gets: 201, exactly: [{ id: "a", ...conflict }, { id: "b", ...conflict }] },
    { it: "conflict with each other", send: bulkDocs, body: { docs: [{ _id: "twin" }, { _id: "twin" }] }, gets: 201, like: [{ ok: true }, { id: "twin", ...conflict }] },
    { it: "are refused together for an illegal id", send: bulkDocs, body: { docs: [{ _id: "c" }, { _id: "_c" }] }, gets: 400, like: { error: "illegal_docid" } },
    { it: "are refused together for an id that is not a string", send: bulkDocs, body: { docs: [{ _id: 5 }] }, gets: 400, like: { error: "illegal_docid" } },
    { it: "are refused together for a special field", send: bulkDocs, body: { docs: [{ _id: "c" }, { _id: "d", _x: 1 }] }, gets: 400, like: { error: "doc_validation" } },
    { it: "are refused together for a document that is too large", send: bulkDocs, body: { docs: [{ _id: "c" }, { _id: "d", a: "a".repeat(8_000_001) }] }, gets: 413, like: { error: "document_too_large", reason: "d" } },
    { it: "are not written if they are refused together", send: "GET /ct-bulk/c", gets: 404 },
    { it: "must be a list", send: bulkDocs, body: { docs: {} }, gets: 400, like: badRequest("`docs` parameter must be an array.") },
    { it: "must be present", send: bulkDocs, body: {}, gets: 400, like: badRequest("POST body must include `docs` parameter.") },
    { it: "must come in an object", send: bulkDocs, body: [], gets: 400, like: badRequest("Request body must be a JSON object") },
    { it: "may be an empty list", send: bulkDocs, body: { docs: [] }, gets: 201, exactly: [] },
    { it: "must be sent with POST", send: "GET /ct-bulk/_bulk_docs", gets: 405, like: notAllowed("POST") },
    { it: "are replicated, with an empty answer", send: bulkDocs, body: { new_edits: false, docs: [{ _id: "r", _rev: "1-abc", v: 1 }] }, gets: 201, exactly: [] },
    { it: "are replicated again without harm", send: bulkDocs, body: { new_edits: false, docs: [{ _id: "r", _rev: "1-abc", v: 1 }] }, gets: 201, exactly: [] },
    { it: "keep their revision when they are replicated", send: "GET /ct-bulk/r", gets: 200, exactly: { _id: "r", _rev: "1-abc", v: 1 } },
    { it: "are not replicated without revisions", send: bulkDocs, body: { new_edits: false, docs: [{ _id: "r" }] }, gets: 400, like: { error: "bad_request" } },
    { it: "need a boolean `new_edits`", send: bulkDocs, body: { new_edits: "x", docs: [] }, gets: 400, like: badRequest("`new_edits` parameter must be a boolean.") },
    { it: "are deleted", send: bulkDocs, body: { docs: [{ _id: "r", _rev: "1-abc", _deleted: true }] }, gets: 201, exactly: [{ ok: true, id: "r", rev: rev(2) }] },
    { it: "are read", send: "POST /ct-bulk/_bulk_get", body: { docs: [{ id: "a" }, { id: "none" }] }, gets: 200, like: { results: [{ id: "a", docs: [{ ok: { _id: "a", n: 1 } }] }, { id: "none", docs: [{ error: { id: "none", error: "not_found" } }] }] } },
    { it: "are read with all their leaves, including deleted ones", send: "POST /ct-bulk/_bulk_get?revs=true", body: { docs: [{ id: "r" }] }, gets: 200, like: { results: [{ id: "r", docs: [{ ok: { _id: "r", _deleted: true, _revisions: { start: 2, ids: [expect.any(String), "abc"] } } }] }] } },
    { it: "report which revisions they lack", send: "POST /ct-bulk/_revs_diff", body: { a: ["1-abc"] }, gets: 200, like: { a: { missing: ["1-abc"] } } },
    { it: "report possible ancestors of a revision that they lack", send: "POST /ct-bulk/_revs_diff", body: { a: ["9-abc"], r: ["9-abc"], none: ["9-abc"] }, gets: 200, exactly: { a: { missing: ["9-abc"], possible_ancestors: [rev(1)] }, r: { missing: ["9-abc"], possible_ancestors: [rev(2)] }, none: { missing: ["9-abc"] } } },
  ],
};
