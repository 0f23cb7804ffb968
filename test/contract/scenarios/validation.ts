import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { forbidden, unauthorized } from "./cast.js";

const db = "/ct-valid";
const validate = `function (newDoc, oldDoc, userCtx, secObj) {
  if (newDoc._deleted) return;
  if (newDoc.evil) throw({ forbidden: (oldDoc ? "still" : "newly") + " evil" });
  if (newDoc.secret) throw({ unauthorized: "not for you" });
  if (newDoc.odd) throw({ teapot: "odd" });
  if (newDoc.broken) throw new RangeError("broken");
  if (newDoc.text) throw "text";
  if (newDoc.fields) throw({ error: "a", reason: "b" });
  if (newDoc.nothing) throw null;
  if (newDoc.who) throw({ forbidden: userCtx.db + " " + userCtx.roles.join() + " " + isArray(secObj.admins.roles) });
}`;

// biome-ignore format: one probe per line
export const validation: Scenario = {
  title: "validation functions",
  probes: [
    { it: "live in a database", send: `PUT ${db}`, gets: 201 },
    { it: "live in a design document", send: `PUT ${db}/_design/v`, body: { validate_doc_update: validate }, gets: 201, keeps: "design" },
    { it: "accept documents", send: `PUT ${db}/a`, body: {}, gets: 201, keeps: "a" },
    { it: "refuse documents", send: `PUT ${db}/b`, body: { evil: true }, gets: 403, exactly: forbidden("newly evil") },
    { it: "see the old document", send: `PUT ${db}/a`, body: { evil: true, _rev: "<a>" }, gets: 403, exactly: forbidden("still evil") },
    { it: "ask for a login", send: `PUT ${db}/b`, body: { secret: true }, gets: 401, exactly: unauthorized("not for you") },
    { it: "answer with a 500 if they throw something else", send: `PUT ${db}/b`, body: { odd: true }, gets: 500, like: { error: "unknown_error", reason: "odd" } },
    { it: "answer with a 500 if they fail, without the message", send: `PUT ${db}/b`, body: { broken: true }, gets: 500, exactly: { error: "RangeError", reason: "{[]}" } },
    { it: "answer with a 500 if they throw a text", send: `PUT ${db}/b`, body: { text: true }, gets: 500, exactly: { error: "unknown_error", reason: "text" } },
    { it: "answer with a 500 if they throw several fields", send: `PUT ${db}/b`, body: { fields: true }, gets: 500, like: { error: "unknown_error", reason: "function_clause" } },
    { it: "answer with a 500 if they throw nothing", send: `PUT ${db}/b`, body: { nothing: true }, gets: 500, exactly: { error: "TypeError", reason: "{[]}" } },
    { it: "apply to admins, too, and see who writes", send: `PUT ${db}/b`, body: { who: true }, gets: 403, exactly: forbidden("ct-valid _admin true") },
    { it: "check documents separately in bulk", send: `POST ${db}/_bulk_docs`, body: { docs: [{ _id: "b", evil: true }, { _id: "c" }] }, gets: 201, like: [{ id: "b", ...forbidden("newly evil") }, { ok: true, id: "c" }] },
    { it: "apply to replicated documents", send: `POST ${db}/_bulk_docs`, body: { new_edits: false, docs: [{ _id: "b", _rev: "1-abc", evil: true }] }, gets: 201, exactly: [{ id: "b", rev: "1-abc", ...forbidden("newly evil") }] },
    { it: "do not apply to `_local` documents", send: `PUT ${db}/_local/b`, body: { evil: true }, gets: 201 },
    { it: "do not apply to design documents", send: `PUT ${db}/_design/w`, body: { evil: true }, gets: 201 },
    { it: "apply to deletions", send: `DELETE ${db}/a?rev=<a>`, gets: 200 },
    { it: "with a syntax error are accepted", send: `PUT ${db}/_design/v`, body: { validate_doc_update: "function (newDoc {", _rev: "<design>" }, gets: 201, keeps: "design" },
    // A node may check one more write with the old function. Each POST is a new document, so that the next one is checked, too.
    { it: "answer every write with a 500 after that", send: `POST ${db}`, body: {}, settles: true, gets: 500, like: { error: "compilation_error", reason: expect.any(String) } },
    { it: "still do not apply to `_local` documents", send: `PUT ${db}/_local/d`, body: {}, gets: 201 },
    { it: "are deleted", send: `DELETE ${db}/_design/v?rev=<design>`, gets: 200 },
    { it: "no longer apply after that", send: `PUT ${db}/d`, body: { evil: true }, settles: true, gets: 201 },
  ],
};
