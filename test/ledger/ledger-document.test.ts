import { describe, expect, it } from "vitest";
import { revisionToWriteOn } from "../../src/couch/local-document.js";
import { parseLedger } from "../../src/ledger/ledger-document.js";

const place = { database: "couchdb-migrate", set: "default", own: true };
const entry = {
  kind: "ensureDatabase",
  checksum: "1:a",
  former: [],
  appliedAt: "2024-01-01T00:00:00.000Z",
  milliseconds: 1,
  version: "1.0.0",
  databases: { zerglings: "1700000000" },
};
const fingerprint = { ids: ["a"], salt: "c2FsdA==", hash: "aGFzaA==", n: 32768, r: 8, p: 3 };
const ledger = { formatVersion: 1, set: "default", entries: { a: entry }, fingerprint, nodes: ["couchdb@127.0.0.1"] };
const stored = { _id: "_local/couchdb-migrate-default", _rev: "0-1000000000001", ...ledger };

describe("a ledger document", () => {
  it("is read without CouchDB's own fields", () => {
    expect(parseLedger(stored, place)).toEqual({ rev: "0-1000000000001", ledger });
  });
  it("keeps fields of a later version", () => {
    const later = { ...stored, invented: 1, entries: { a: { ...entry, invented: 2 } } };
    expect(parseLedger(later, place).ledger).toMatchObject({ invented: 1, entries: { a: { invented: 2 } } });
  });
  it.each([
    ["another format", { ...stored, formatVersion: 2 }],
    ["no format", { ...stored, formatVersion: undefined }],
    ["another set", { ...stored, set: "other" }],
    ["no entries", { ...stored, entries: undefined }],
    ["a list of entries", { ...stored, entries: [] }],
    ["an entry without a checksum", { ...stored, entries: { a: { ...entry, checksum: undefined } } }],
    ["an entry whose databases are a list", { ...stored, entries: { a: { ...entry, databases: ["x"] } } }],
    ["a fingerprint that would take a gigabyte", { ...stored, fingerprint: { ...fingerprint, n: 2 ** 20 } }],
    ["a fingerprint without a salt", { ...stored, fingerprint: { ...fingerprint, salt: undefined } }],
    ["nodes that are not a list", { ...stored, nodes: "all" }],
    ["versions as a list", { ...stored, versions: ["a"] }],
    ["a version without a place", { ...stored, versions: { a: "first" } }],
    ["a release as text", { ...stored, release: "7" }],
    ["former ids as text", { ...stored, entries: { a: { ...entry, formerly: "b" } } }],
    ["former secrets as text", { ...stored, fingerprint: { ...fingerprint, former: "x" } }],
    ["no revision", { ...stored, _rev: undefined }],
    ["no object", "<html>"],
    ["nothing", null],
  ])("with %s is unreadable", (_, body) => {
    expect(() => parseLedger(body, place)).toThrow(expect.objectContaining({ code: "ledger-unreadable" }));
  });
});

describe("places that somebody set too high leave room for the next one", () => {
  const last = Number.MAX_SAFE_INTEGER;
  it.each([
    ["of a version", { versions: { a: 7, b: last } }, { versions: { a: 1, b: 2 } }],
    ["of a release", { release: { value: "3", at: last } }, { release: { value: "3", at: 1 } }],
    [
      "of versions and a release, in their order",
      { versions: { c: last, a: -5, b: last - 1 }, release: { value: "3", at: last - 1 } },
      { versions: { a: 1, b: 2, c: 3 }, release: { value: "3", at: 2 } },
    ],
    ["but only if there is no room left", { versions: { a: 7, b: 2 ** 52 } }, { versions: { a: 7, b: 2 ** 52 } }],
  ])("%s", (_, edited, expected) => {
    expect(parseLedger({ ...stored, ...edited }, place).ledger).toEqual({ ...ledger, ...expected });
  });
});

describe("the revision to write on is", () => {
  const now = 1_700_000_000_000;
  it.each([
    ["the time, for a first write", now, [undefined], "0-1700000000000"],
    ["the time, if later than the known one", now, ["0-1600000000000"], "0-1700000000000"],
    ["the known one, if later than the time", now, ["0-1800000000000"], "0-1800000000000"],
    ["the latest known one", now, ["0-1800000000000", undefined, "0-1800000000009"], "0-1800000000009"],
    ["never one from CouchDB 1.x, which has another width", now, ["0-7"], "0-1700000000000"],
    ["wide enough even if a clock says 1970", 5_000, [undefined], "0-1000000000000"],
    ["the known one if a clock is beyond our width", 99_999_999_999_999, ["0-1800000000000"], "0-1800000000000"],
  ])("%s", (_, time, known, expected) => expect(revisionToWriteOn(time, ...known)).toBe(expected));
});
