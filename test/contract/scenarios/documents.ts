import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { badRequest, conflict, noDatabase, noJson, notAllowed, notFound } from "./cast.js";

const db = "/ct-documents";
const illegalId = { error: "illegal_docid", reason: "Only reserved document ids may start with underscore." };
const ok = (id: string, generation: number) => ({
  ok: true,
  id,
  rev: expect.stringMatching(new RegExp(`^${generation}-[0-9a-f]{32}$`)),
});

// biome-ignore format: one probe per line
export const documents: Scenario = {
  title: "documents",
  probes: [
    { it: "need a database", send: `PUT ${db}/egg`, body: {}, gets: 404, like: noDatabase },
    { it: "get a database", send: `PUT ${db}`, gets: 201 },
    { it: "are written", send: `PUT ${db}/egg`, body: { kind: "egg" }, gets: 201, exactly: ok("egg", 1), keeps: "first" },
    { it: "are read", send: `GET ${db}/egg`, gets: 200, exactly: { _id: "egg", _rev: expect.stringMatching(/^1-/), kind: "egg" } },
    { it: "conflict without a revision", send: `PUT ${db}/egg`, body: { kind: "larva" }, gets: 409, exactly: conflict },
    { it: "are changed with their revision", send: `PUT ${db}/egg`, body: { kind: "larva", _rev: "<first>" }, gets: 201, like: ok("egg", 2), keeps: "second" },
    { it: "conflict with an old revision", send: `PUT ${db}/egg`, body: { kind: "larva", _rev: "<first>" }, gets: 409, exactly: conflict },
    { it: "keep old revisions", send: `GET ${db}/egg?rev=<first>`, gets: 200, like: { kind: "egg" } },
    { it: "do not have made-up revisions", send: `GET ${db}/egg?rev=9-abc`, gets: 404, like: notFound("missing") },
    { it: "refuse a malformed revision in a read", send: `GET ${db}/egg?rev=abc`, gets: 400, like: badRequest("Invalid rev format") },
    { it: "show their history", send: `GET ${db}/egg?revs=true`, gets: 200, like: { _revisions: { start: 2, ids: [expect.any(String), expect.any(String)] } } },
    { it: "take the revision from the query", send: `PUT ${db}/egg?rev=<second>`, body: { kind: "drone" }, gets: 201, like: ok("egg", 3), keeps: "third" },
    { it: "take the revision from If-Match", send: `PUT ${db}/egg`, headers: { "if-match": "<third>" }, body: { kind: "drone" }, gets: 201, like: ok("egg", 4), keeps: "fourth" },
    { it: "refuse two different revisions", send: `PUT ${db}/egg?rev=<first>`, body: { _rev: "<fourth>" }, gets: 400, like: { error: "bad_request" } },
    { it: "can't be deleted without a revision", send: `DELETE ${db}/egg`, gets: 409, like: conflict },
    { it: "are deleted", send: `DELETE ${db}/egg?rev=<fourth>`, gets: 200, like: ok("egg", 5), keeps: "deleted" },
    { it: "are gone after that", send: `GET ${db}/egg`, gets: 404, exactly: notFound("deleted") },
    { it: "leave a tombstone", send: `GET ${db}/egg?rev=<deleted>`, gets: 200, like: { _deleted: true } },
    { it: "can't be deleted twice", send: `DELETE ${db}/egg?rev=<deleted>`, gets: 404, like: notFound("deleted") },
    { it: "can't be written with the revision of a tombstone", send: `PUT ${db}/egg`, body: { _rev: "<deleted>" }, gets: 409, like: conflict },
    { it: "come back without a revision, one generation later", send: `PUT ${db}/egg`, body: { back: true }, gets: 201, like: ok("egg", 6), keeps: "sixth" },
    { it: "show in their history that they were deleted", send: `GET ${db}/egg?revs_info=true`, gets: 200, like: { _revs_info: [{ status: "available" }, { status: "deleted" }, { status: "available" }, { status: "available" }, { status: "available" }, { status: "available" }] } },
    { it: "are deleted by a PUT that leaves a body", send: `PUT ${db}/egg`, body: { _rev: "<sixth>", _deleted: true, token: 7 }, gets: 200, like: ok("egg", 7), keeps: "tombstone" },
    { it: "show that body", send: `GET ${db}/egg?rev=<tombstone>`, gets: 200, like: { _deleted: true, token: 7 } },
    { it: "may never have existed", send: `GET ${db}/none`, gets: 404, exactly: notFound("missing") },
    { it: "can't be deleted if they never existed", send: `DELETE ${db}/none?rev=1-a`, gets: 404, like: notFound("missing") },
    { it: "get the id from the URL", send: `PUT ${db}/url`, body: { _id: "body" }, gets: 201, like: ok("url", 1) },
    { it: "may have escaped slashes in their ids", send: `PUT ${db}/a%2Fb`, body: {}, gets: 201, like: { id: "a/b" } },
    { it: "are created with POST", send: `POST ${db}`, body: { kind: "posted" }, gets: 201, like: { ok: true, id: expect.stringMatching(/^[0-9a-f]{32}$/) } },
    { it: "are created with POST and an id", send: `POST ${db}`, body: { _id: "posted", a: 1 }, gets: 201, like: ok("posted", 1), keeps: "posted" },
    { it: "can't be created with POST twice", send: `POST ${db}`, body: { _id: "posted", a: 1 }, gets: 409, like: conflict },
    { it: "are copied", send: `COPY ${db}/posted`, headers: { destination: "copied" }, gets: 201, like: ok("copied", 1), keeps: "copied" },
    { it: "can't be copied over another document", send: `COPY ${db}/posted`, headers: { destination: "copied" }, gets: 409, like: conflict },
    { it: "are copied over a known revision", send: `COPY ${db}/posted`, headers: { destination: "copied?rev=<copied>" }, gets: 201, like: ok("copied", 2) },
    { it: "can't be copied without a destination", send: `COPY ${db}/posted`, gets: 400, like: badRequest("Destination header is mandatory for COPY.") },
    { it: "can't be copied if they are missing", send: `COPY ${db}/none`, headers: { destination: "copied" }, gets: 404, like: notFound("missing") },
    { it: "are written later with batch=ok", send: `PUT ${db}/batch?batch=ok`, body: {}, gets: 202, exactly: { ok: true, id: "batch" } },
    { it: "refuse ids that begin with an underscore", send: `PUT ${db}/_egg`, body: {}, gets: 400, exactly: illegalId },
    { it: "refuse unknown special fields", send: `PUT ${db}/x`, body: { _egg: 1 }, gets: 400, exactly: { error: "doc_validation", reason: "Bad special document member: _egg" } },
    { it: "refuse a malformed revision", send: `PUT ${db}/x`, body: { _rev: "abc" }, gets: 400, like: badRequest("Invalid rev format") },
    { it: "must be objects", send: `PUT ${db}/x`, body: [1], gets: 400, like: badRequest("Document must be a JSON object") },
    { it: "must be JSON", send: `PUT ${db}/x`, raw: "{a:1}", gets: 400, like: noJson },
    { it: "must not be empty", send: `PUT ${db}/x`, gets: 400, like: noJson },
    { it: "refuse lone surrogates", send: `PUT ${db}/x`, raw: '{"a":"\\ud800"}', gets: 400, like: noJson },
    { it: "refuse infinite numbers", send: `PUT ${db}/x`, raw: '{"a":1e400}', gets: 400, like: noJson },
    { it: "are at most 8 MB", send: `PUT ${db}/x`, body: { a: "a".repeat(8_000_001) }, gets: 413, like: { error: "document_too_large", reason: "" } },
    { it: "refuse other methods", send: `PATCH ${db}/x`, body: {}, gets: 405, like: notAllowed("DELETE,GET,HEAD,POST,PUT,COPY") },
  ],
};

const leaf = (rev: string, fields: object = {}) => ({ ok: { _rev: rev, ...fields } });
const replicated = (rev: string) => ({
  send: `PUT ${db}/r?new_edits=false`,
  body: { _rev: rev, from: rev },
  gets: 201,
});

// biome-ignore format: one probe per line
export const revisions: Scenario = {
  title: "replicated revisions",
  probes: [
    { it: "keep their revision ids", ...replicated("1-aaaa"), like: { ok: true, id: "r", rev: "1-aaaa" } },
    { it: "never conflict", ...replicated("1-bbbb") },
    { it: "can be written twice without harm", ...replicated("1-bbbb") },
    { it: "have one winner", send: `GET ${db}/r`, gets: 200, exactly: { _id: "r", _rev: "1-bbbb", from: "1-bbbb" } },
    { it: "show the others as conflicts", send: `GET ${db}/r?conflicts=true`, gets: 200, like: { _conflicts: ["1-aaaa"] } },
    { it: "show all leaves", send: `GET ${db}/r?open_revs=all`, gets: 200, exactly: expect.arrayContaining([expect.objectContaining(leaf("1-aaaa", { _id: "r", from: "1-aaaa" })), expect.objectContaining(leaf("1-bbbb", { _id: "r", from: "1-bbbb" }))]) },
    { it: "show all leaves with their history", send: `GET ${db}/r?open_revs=all&revs=true`, gets: 200, like: [{ ok: { _revisions: { start: 1 } } }, { ok: { _revisions: { start: 1 } } }] },
    { it: "are shown by revision id", send: `GET ${db}/r?open_revs=["1-aaaa","1-cccc"]`, gets: 200, exactly: expect.arrayContaining([{ missing: "1-cccc" }]) },
    { it: "need a revision id", send: `PUT ${db}/r?new_edits=false`, body: {}, gets: 400, like: { error: "bad_request" } },
    { it: "can be edited, even the loser", send: `PUT ${db}/r`, body: { _rev: "1-aaaa", _deleted: true }, gets: 200, keeps: "loser" },
    { it: "keep a tombstone among the leaves", send: `GET ${db}/r?open_revs=all`, gets: 200, exactly: expect.arrayContaining([leaf("1-bbbb", { _id: "r", from: "1-bbbb" })]) },
    { it: "are not a conflict once deleted", send: `GET ${db}/r?conflicts=true`, gets: 200, exactly: { _id: "r", _rev: "1-bbbb", from: "1-bbbb" } },
    { it: "are missing for a missing document", send: `GET ${db}/none?open_revs=all`, gets: 404, like: notFound("missing") },
    { it: "come as multipart to a client that accepts anything", send: `GET ${db}/r?open_revs=all`, headers: { accept: "*/*" }, gets: 200, exactly: expect.stringContaining("Content-Type: application/json") },
  ],
};

const text = { content_type: "text/plain", data: Buffer.from("spawn more").toString("base64") };

const inParts = (length: number, data: string) =>
  [
    "--b\r\ncontent-type: application/json\r\n\r\n",
    JSON.stringify({ _attachments: { "more.txt": { follows: true, content_type: "text/plain", length } } }),
    `\r\n--b\r\n\r\n${data}\r\n--b--`,
  ].join("");
const related = { "content-type": 'multipart/related; boundary="b"' };

// biome-ignore format: one probe per line
export const attachments: Scenario = {
  title: "attachments",
  probes: [
    { it: "come with a document", send: `PUT ${db}/pool`, body: { _attachments: { "orders.txt": text } }, gets: 201, keeps: "pool" },
    { it: "are shown as stubs", send: `GET ${db}/pool`, gets: 200, like: { _attachments: { "orders.txt": { content_type: "text/plain", length: 10, revpos: 1, stub: true, digest: expect.stringMatching(/^md5-/) } } } },
    { it: "are shown in full", send: `GET ${db}/pool?attachments=true`, gets: 200, like: { _attachments: { "orders.txt": text } } },
    { it: "are shown in full in listings", send: `POST ${db}/_all_docs?include_docs=true&attachments=true`, body: { keys: ["pool"] }, gets: 200, like: { rows: [{ doc: { _attachments: { "orders.txt": text } } }] } },
    { it: "are read", send: `GET ${db}/pool/orders.txt`, gets: 200, exactly: "spawn more" },
    { it: "may be missing", send: `GET ${db}/pool/none.txt`, gets: 404, like: notFound("Document is missing attachment") },
    { it: "stay as stubs", send: `PUT ${db}/pool`, body: { _rev: "<pool>", deep: true, _attachments: { "orders.txt": { stub: true } } }, gets: 201, keeps: "pool" },
    { it: "can be read after that", send: `GET ${db}/pool/orders.txt`, gets: 200, exactly: "spawn more" },
    { it: "can't be kept as stubs if they do not exist", send: `PUT ${db}/pool`, body: { _rev: "<pool>", _attachments: { "none.txt": { stub: true } } }, gets: 412, like: { error: "missing_stub" } },
    { it: "are written separately", send: `PUT ${db}/pool/more.txt?rev=<pool>`, raw: "overlords", headers: { "content-type": "text/plain" }, gets: 201, keeps: "pool" },
    { it: "are read separately", send: `GET ${db}/pool/more.txt`, gets: 200, exactly: "overlords" },
    { it: "are left out of an update", send: `PUT ${db}/pool`, body: { _rev: "<pool>" }, gets: 201 },
    { it: "are gone after that", send: `GET ${db}/pool/orders.txt`, gets: 404 },
    { it: "follow a document in the same request", send: `PUT ${db}/den`, headers: related, raw: inParts(9, "hydralisk"), gets: 201 },
    { it: "are read after that", send: `GET ${db}/den/more.txt`, gets: 200, exactly: "hydralisk" },
    { it: "follow a document only if it does not conflict", send: `PUT ${db}/den`, headers: related, raw: inParts(9, "hydralisk"), gets: 409, like: conflict },
  ],
};
