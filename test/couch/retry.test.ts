import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/couch/answer.js";
import { askedPause, decide, defaultPolicy, pauseAfter, type Sent } from "../../src/couch/retry.js";

const reading: Sent = { reading: true, repeatable: true, accept: [], justCreated: false };
const repeatable: Sent = { reading: false, repeatable: true, accept: [], justCreated: false };
const once: Sent = { reading: false, repeatable: false, accept: [], justCreated: false };

const answered = (status: number, error?: string, reason?: string): Outcome => ({
  status,
  body: {},
  ...(error ? { error } : {}),
  ...(reason ? { reason } : {}),
});
const foreign = (status: number): Outcome => ({ status, body: undefined, foreign: "an HTML page" });
const failed = (failure: string, sent = true): Outcome => ({ failure, sent, detail: "" }) as Outcome;
const locked = "Account is temporarily locked due to multiple authentication failures";
const noDatabase = "Database does not exist.";

/** The verdict in one word: `answer`, `fail:<code>`, `retry:<final code>`. */
const say = (outcome: Outcome, sent: Sent) => {
  const verdict = decide(outcome, sent);
  return verdict.do === "answer" ? "answer" : `${verdict.do}:${verdict.code}`;
};

describe("what a response means for a read, a repeatable write, and any other write", () => {
  const table: [string, Outcome, string, string, string][] = [
    ["200", answered(200), "answer", "answer", "answer"],
    ["201", answered(201), "answer", "answer", "answer"],
    ["202", answered(202), "answer", "fail:below-quorum", "fail:below-quorum"],
    ["400", answered(400, "bad_request"), "fail:request-failed", "fail:request-failed", "fail:request-failed"],
    ["401", answered(401, "unauthorized"), "fail:unauthorized", "fail:unauthorized", "fail:unauthorized"],
    [
      "403 of a validation",
      answered(403, "forbidden", "no"),
      "fail:request-failed",
      "fail:request-failed",
      "fail:request-failed",
    ],
    ["403 locked", answered(403, "forbidden", locked), "fail:locked-out", "fail:locked-out", "fail:locked-out"],
    ["404", answered(404, "not_found", "missing"), "fail:request-failed", "fail:request-failed", "fail:request-failed"],
    ["405", answered(405), "fail:request-failed", "fail:request-failed", "fail:request-failed"],
    ["408", answered(408), "retry:request-failed", "retry:outcome-unknown", "fail:outcome-unknown"],
    ["409", answered(409, "conflict"), "fail:conflict", "fail:conflict", "fail:conflict"],
    [
      "412 file_exists",
      answered(412, "file_exists"),
      "fail:request-failed",
      "fail:request-failed",
      "fail:request-failed",
    ],
    ["412 nodedown", answered(412, "nodedown"), "retry:node-down", "retry:node-down", "fail:node-down"],
    ["413", answered(413, "too_large"), "fail:request-failed", "fail:request-failed", "fail:request-failed"],
    ["415", answered(415, "bad_content_type"), "fail:request-failed", "fail:request-failed", "fail:request-failed"],
    ["429", answered(429), "retry:request-failed", "retry:request-failed", "retry:request-failed"],
    ["500 timeout", answered(500, "timeout"), "retry:request-failed", "retry:outcome-unknown", "fail:outcome-unknown"],
    [
      "500 unknown_error",
      answered(500, "unknown_error"),
      "retry:request-failed",
      "retry:outcome-unknown",
      "fail:outcome-unknown",
    ],
    ["500 without a body", answered(500), "retry:request-failed", "retry:outcome-unknown", "fail:outcome-unknown"],
    [
      "500 no_majority",
      answered(500, "no_majority"),
      "retry:request-failed",
      "retry:request-failed",
      "fail:outcome-unknown",
    ],
    [
      "500 of a create race",
      answered(500, "error", "conflict"),
      "retry:request-failed",
      "retry:request-failed",
      "fail:outcome-unknown",
    ],
    ["501", answered(501, "not_implemented"), "fail:request-failed", "fail:request-failed", "fail:request-failed"],
    ["502", answered(502), "retry:request-failed", "retry:outcome-unknown", "fail:outcome-unknown"],
    [
      "503",
      answered(503, "service unavailable"),
      "retry:request-failed",
      "retry:request-failed",
      "fail:outcome-unknown",
    ],
    [
      "503 of a missing feature",
      answered(503, "required index service unavailable"),
      "fail:request-failed",
      "fail:request-failed",
      "fail:request-failed",
    ],
    ["504", answered(504), "retry:request-failed", "retry:outcome-unknown", "fail:outcome-unknown"],
    ["507", answered(507), "fail:disk-full", "fail:disk-full", "fail:disk-full"],
    [
      "500 of a full disk",
      answered(500, "badmatch", "{error,\n {rexi_EXIT,\n {{{{badmatch,{error,enospc}},"),
      "fail:disk-full",
      "fail:disk-full",
      "fail:disk-full",
    ],
    ["400 of a full disk", answered(400, "enospc"), "fail:disk-full", "fail:disk-full", "fail:disk-full"],
    ["refused", failed("refused", false), "retry:unreachable", "retry:unreachable", "retry:unreachable"],
    ["unresolved", failed("unresolved", false), "retry:unreachable", "retry:unreachable", "retry:unreachable"],
    ["no trust", failed("tls", false), "fail:unreachable", "fail:unreachable", "fail:unreachable"],
    ["cut", failed("cut"), "retry:unreachable", "retry:outcome-unknown", "fail:outcome-unknown"],
    ["time-out", failed("timeout"), "retry:unreachable", "retry:outcome-unknown", "fail:outcome-unknown"],
    [
      "time-out while connecting",
      failed("timeout", false),
      "retry:unreachable",
      "retry:unreachable",
      "retry:unreachable",
    ],
    ["too large", failed("too-large"), "fail:request-failed", "fail:outcome-unknown", "fail:outcome-unknown"],
    ["half of the JSON", failed("no-json"), "retry:not-couchdb", "retry:outcome-unknown", "fail:outcome-unknown"],
    ["an HTML page", failed("html"), "fail:not-couchdb", "fail:not-couchdb", "fail:not-couchdb"],
    ["a redirect", failed("redirect"), "fail:not-couchdb", "fail:not-couchdb", "fail:not-couchdb"],
    ["a redirect to another path", failed("moved"), "fail:wrong-address", "fail:wrong-address", "fail:wrong-address"],
    [
      "a redirect to the other scheme",
      failed("scheme", false),
      "fail:wrong-address",
      "fail:wrong-address",
      "fail:wrong-address",
    ],
    ["a gateway's 400", foreign(400), "fail:gateway-refused", "fail:gateway-refused", "fail:gateway-refused"],
    ["a gateway's 401", foreign(401), "fail:gateway-refused", "fail:gateway-refused", "fail:gateway-refused"],
    ["a gateway's 413", foreign(413), "fail:gateway-refused", "fail:gateway-refused", "fail:gateway-refused"],
    ["a gateway's 501", foreign(501), "fail:gateway-refused", "fail:gateway-refused", "fail:gateway-refused"],
    ["a gateway's 502", foreign(502), "retry:unreachable", "retry:outcome-unknown", "fail:outcome-unknown"],
    ["a gateway's 429", foreign(429), "retry:unreachable", "retry:unreachable", "retry:unreachable"],
    ["aborted", failed("aborted"), "fail:interrupted", "fail:interrupted", "fail:interrupted"],
  ];
  test.each(table)("%s", (_, outcome, read, repeat, single) => {
    expect([say(outcome, reading), say(outcome, repeatable), say(outcome, once)]).toEqual([read, repeat, single]);
  });
});

test.each([
  ["404, accepted", answered(404, "not_found", "missing"), [404], false, "answer"],
  ["404 of a document in a new database", answered(404, "not_found", "missing"), [404], true, "answer"],
  ["404 of a new database", answered(404, "not_found", noDatabase), [], true, "retry:request-failed"],
  ["404 of a new database, accepted", answered(404, "not_found", noDatabase), [404], true, "retry:request-failed"],
  ["404 of a new database on 1.x", answered(404, "not_found", "no_db_file"), [404], true, "retry:request-failed"],
  ["412, accepted", answered(412, "file_exists"), [412], false, "answer"],
  ["412 nodedown, although 412 is accepted", answered(412, "nodedown"), [412], false, "retry:node-down"],
  ["202, accepted", answered(202), [202], false, "answer"],
  ["409, accepted", answered(409, "conflict"), [409], false, "answer"],
  ["500, accepted", answered(500, "error"), [500], false, "answer"],
  ["a gateway's 413, accepted", foreign(413), [413], false, "answer"],
  ["a gateway's 400, accepted", foreign(400), [400], false, "fail:gateway-refused"],
])("a repeatable write with exceptions: %s", (_, outcome, accept, justCreated, verdict) => {
  expect(say(outcome, { ...repeatable, accept, justCreated })).toBe(verdict);
});

const at = (attempt: number, elapsed: number, asked = 0, random = 1, absent = false) =>
  pauseAfter(defaultPolicy, attempt, elapsed, absent, asked, random);

test.each([
  ["the first pause", at(1, 0), 250],
  ["half of the first pause, with jitter", at(1, 0, 0, 0), 125],
  ["twice as long each time", at(3, 1_000), 1_000],
  ["none after the last attempt", at(6, 4_000), undefined],
  ["more of them if the connection is refused", at(6, 7_750, 0, 1, true), 4_000],
  ["not forever if the connection is refused", at(12, 8_000, 0, 1, true), undefined],
  ["none once the time is up if the connection is refused", at(8, 15_000, 0, 1, true), undefined],
  ["none once the time is up", at(3, 15_000), undefined],
  ["one more try after a long time-out", at(1, 30_000), 250],
  ["none after two long time-outs", at(2, 60_000), undefined],
  ["as long as the server asks for", at(1, 0, 3_000), 3_000],
  ["none if the server asks for more than the total time", at(1, 0, 60_000), undefined],
])("pauses: %s", (_, pause, expected) => {
  expect(pause).toBe(expected);
});

const noon = "Wed, 21 Oct 2026 12:00:00 GMT";
const soon = "Wed, 21 Oct 2026 12:00:07 GMT";

test.each<[string, string | undefined, string | undefined, number]>([
  ["none", undefined, noon, 0],
  ["seconds", "3", noon, 3_000],
  ["a date, by the server's clock", soon, noon, 7_000],
  ["a date, by the clock here if the server sends no date", soon, undefined, 6_000],
  ["a date in the past", noon, soon, 0],
  ["something else", "later", noon, 0],
])("Retry-After: %s", (_, retryAfter, date, expected) => {
  expect(askedPause(retryAfter, date, Date.parse(noon) + 1_000)).toBe(expected);
});
