import type { Scenario } from "../contract.js";
import { badRequest, nobody, notFound, unauthorized } from "./cast.js";

const doc = "/ct-local/_local/ledger";
const wrote = (rev: string) => ({ ok: true, id: "_local/ledger", rev });
const badRevision = { error: "error", reason: "Invalid rev format" };

// biome-ignore format: one probe per line
export const localDocs: Scenario = {
  title: "`_local` documents",
  probes: [
    { it: "live in a database", send: "PUT /ct-local", gets: 201 },
    { it: "are missing at first", send: `GET ${doc}`, gets: 404, exactly: notFound("missing") },
    { it: "start at 0-1", send: `PUT ${doc}`, body: { n: 1 }, gets: 201, exactly: wrote("0-1") },
    { it: "are overwritten without a revision, starting at 0-1 again", send: `PUT ${doc}`, body: { n: 2 }, gets: 201, exactly: wrote("0-1") },
    { it: "are read", send: `GET ${doc}`, gets: 200, exactly: { _id: "_local/ledger", _rev: "0-1", n: 2 } },
    { it: "are overwritten with a revision, which is increased by one", send: `PUT ${doc}`, body: { _rev: "0-1", n: 3 }, gets: 201, exactly: wrote("0-2") },
    { it: "are overwritten with an old revision, too", send: `PUT ${doc}`, body: { _rev: "0-1", n: 4 }, gets: 201, exactly: wrote("0-2") },
    { it: "are overwritten with a made-up revision, too", send: `PUT ${doc}`, body: { _rev: "0-77" }, gets: 201, exactly: wrote("0-78") },
    { it: "count in a fixed width", send: `PUT ${doc}`, body: { _rev: "0-1000000000", n: 5 }, gets: 201, exactly: wrote("0-1000000001") },
    { it: "continue from that width", send: `PUT ${doc}`, body: { _rev: "0-1000000001", n: 6 }, gets: 201, exactly: wrote("0-1000000002") },
    { it: "take the revision from the query", send: `PUT ${doc}?rev=0-5`, body: { n: 7 }, gets: 201, exactly: wrote("0-6") },
    { it: "take the revision from If-Match", send: `PUT ${doc}`, headers: { "if-match": "0-9" }, body: { n: 8 }, gets: 201, exactly: wrote("0-10") },
    { it: "answer another generation with a 500", send: `PUT ${doc}`, body: { _rev: "1-1" }, gets: 500, like: badRevision },
    { it: "answer a hash as the revision with a 500", send: `PUT ${doc}`, body: { _rev: "0-abc" }, gets: 500, like: badRevision },
    { it: "refuse a malformed revision", send: `PUT ${doc}`, body: { _rev: "abc" }, gets: 400, like: badRequest("Invalid rev format") },
    { it: "are unchanged after these errors", send: `GET ${doc}`, gets: 200, exactly: { _id: "_local/ledger", _rev: "0-10", n: 8 } },
    { it: "have no other revisions", send: `GET ${doc}?rev=0-1`, gets: 404, like: notFound("missing") },
    { it: "have no leaves", send: `GET ${doc}?open_revs=all`, gets: 404, like: notFound("missing") },
    { it: "are written later with batch=ok", send: "PUT /ct-local/_local/batch?batch=ok", body: {}, gets: 202, exactly: { ok: true, id: "_local/batch" } },
    { it: "silently drop attachments", send: "PUT /ct-local/_local/att", body: { _attachments: { a: { data: "" } } }, gets: 201 },
    { it: "have no attachments after that", send: "GET /ct-local/_local/att", gets: 200, exactly: { _id: "_local/att", _rev: "0-1" } },
    { it: "may have escaped slashes in their ids", send: "PUT /ct-local/_local/a%2Fb", body: {}, gets: 201, like: { id: "_local/a/b" } },
    { it: "refuse plain slashes in their ids", send: "PUT /ct-local/_local/a/b", body: {}, gets: 400, like: badRequest("_local documents do not accept attachments.") },
    { it: "need ids", send: "PUT /ct-local/_local", body: {}, gets: 400, like: badRequest("Invalid _local document id.") },
    { it: "are written with the slash after `_local` escaped", send: "PUT /ct-local/_local%2Fescaped", body: {}, gets: 201, like: { id: "_local/escaped" } },
    { it: "are listed", send: 'GET /ct-local/_local_docs?startkey="_local/l"', gets: 200, exactly: { total_rows: null, offset: null, rows: [{ id: "_local/ledger", key: "_local/ledger", value: { rev: "0-10" } }] } },
    { it: "are listed with their content", send: 'GET /ct-local/_local_docs?include_docs=true&key="_local/ledger"', gets: 200, like: { rows: [{ doc: { _id: "_local/ledger", _rev: "0-10", n: 8 } }] } },
    { it: "are listed by name", send: "POST /ct-local/_local_docs", body: { keys: ["_local/ledger", "_local/none"] }, gets: 200, like: { rows: [{ id: "_local/ledger" }, { key: "_local/none", error: "not_found" }] } },
    { it: "are written separately in bulk", send: "POST /ct-local/_bulk_docs", body: { docs: [{ _id: "_local/bulk" }, { _id: "_local/bad", _rev: "1-x" }] }, gets: 201, exactly: [{ ok: true, id: "_local/bulk", rev: "0-1" }, { id: "_local/bad", ...badRevision }] },
    { it: "are copied", send: `COPY ${doc}`, headers: { destination: "_local/copy" }, gets: 201, like: { id: "_local/copy", rev: "0-1" } },
    { it: "do not appear in changes", send: "GET /ct-local/_changes", gets: 200, like: { results: [] } },
    { it: "are not counted", send: "GET /ct-local", gets: 200, like: { doc_count: 0 } },
    { it: "can't be read without a login", send: `GET ${doc}`, as: nobody, gets: 401, like: unauthorized("You are not authorized to access this db.") },
    { it: "are at most 8 MB", send: "PUT /ct-local/_local/big", body: { a: "a".repeat(8_000_001) }, gets: 413, like: { error: "document_too_large", reason: "" } },
    { it: "are deleted with any revision", send: `DELETE ${doc}?rev=0-55`, gets: 200, exactly: wrote("0-0") },
    { it: "are missing after that, not deleted", send: `GET ${doc}`, gets: 404, exactly: notFound("missing") },
    { it: "can't be deleted twice", send: `DELETE ${doc}`, gets: 404, like: notFound("missing") },
    { it: "start at 0-1 again", send: `PUT ${doc}`, body: {}, gets: 201, exactly: wrote("0-1") },
  ],
};
