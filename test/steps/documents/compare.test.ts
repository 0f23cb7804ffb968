import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ensureDocuments } from "../../../src/kinds/ensure-documents.js";
import { bodyOf, type Pending, pendingOf } from "../../../src/objects/documents/compare.js";
import type { Document } from "../../../src/objects/documents/document.js";
import type { Stored } from "../../../src/objects/documents/stored.js";

const target = { database: "db" };
const stored = (doc: object): Stored => ({
  id: "a",
  rev: "1-x",
  deleted: false,
  doc: { _id: "a", _rev: "1-x", ...doc },
});
const deleted: Stored = { id: "a", rev: "2-x", deleted: true };
const inText = { x: { content_type: "text/plain", data: "aGVsbG8=" } };
const stub = { x: { content_type: "text/plain", revpos: 1, digest: "md5-x", length: 5, stub: true } };

describe("what is written", () => {
  it.each<[string, object, Stored | undefined, "ifMissing" | "overwrite", object | undefined]>([
    ["a missing document", { n: 1 }, undefined, "ifMissing", { _id: "a", n: 1 }],
    ["nothing if the document exists", { n: 1 }, stored({ n: 2 }), "ifMissing", undefined],
    ["nothing if the document was deleted", { n: 1 }, deleted, "ifMissing", undefined],
    ["a missing document, with overwrite", { n: 1 }, undefined, "overwrite", { _id: "a", n: 1 }],
    ["a deleted document, with overwrite", { n: 1 }, deleted, "overwrite", { _id: "a", n: 1 }],
    ["a different document", { n: 1 }, stored({ n: 2 }), "overwrite", { _id: "a", n: 1, _rev: "1-x" }],
    ["a document with additional fields", {}, stored({ n: 2 }), "overwrite", { _id: "a", _rev: "1-x" }],
    [
      "nothing for the same fields in another order",
      { b: 1, c: [2] },
      stored({ c: [2], b: 1 }),
      "overwrite",
      undefined,
    ],
    ["nothing for another spelling of a number", { n: 1e3, z: -0 }, stored({ n: 1000, z: 0 }), "overwrite", undefined],
    [
      "nothing for attachments that the step does not name",
      { n: 1 },
      stored({ n: 1, _attachments: stub }),
      "overwrite",
      undefined,
    ],
    [
      "a different document, with its existing attachments",
      { n: 1 },
      stored({ _attachments: stub }),
      "overwrite",
      { _id: "a", n: 1, _rev: "1-x", _attachments: { x: { stub: true } } },
    ],
    [
      "nothing for the same attachments",
      { _attachments: inText },
      stored({ _attachments: { x: { ...inText.x, revpos: 2 } } }),
      "overwrite",
      undefined,
    ],
    [
      "an attachment of another type",
      { _attachments: inText },
      stored({ _attachments: { x: { ...inText.x, content_type: "a/b" } } }),
      "overwrite",
      { _id: "a", _rev: "1-x", _attachments: inText },
    ],
    [
      "one attachment fewer",
      { _attachments: {} },
      stored({ _attachments: inText }),
      "overwrite",
      { _id: "a", _rev: "1-x", _attachments: {} },
    ],
  ])("%s", (_, members, there, mode, body) => {
    const pending = pendingOf({ _id: "a", ...members } as Document, there, mode);
    expect(pending && bodyOf(pending)).toEqual(body);
  });
});

describe("diff", () => {
  const desired = (docs: readonly Document[]) => ({ database: ["db"], docs, mode: "overwrite" as const });
  const work = (docs: readonly Pending[]) => ({ docs, files: [] });
  const many = (count: number, members: object = {}) =>
    Array.from({ length: count }, (_, n) => ({ _id: `d${n}`, ...members }) as Document);

  it("holds if nothing is pending", () => {
    expect(ensureDocuments.diff(desired(many(3)), work([]), target)).toMatchObject({ action: "none", changes: [] });
  });

  it("creates all documents if there is no database", () => {
    expect(ensureDocuments.diff(desired(many(1, { n: 1 })), undefined, target)).toMatchObject({
      action: "create",
      changes: [{ path: "/docs/d0", before: null, after: { n: 1 } }],
      write: { docs: [{ document: { _id: "d0", n: 1 } }] },
    });
  });

  it("shows the fields that differ", () => {
    const document = { _id: "a/b", same: 1, n: { deep: 2 } };
    const pending = pendingOf(document, stored({ same: 1, n: { deep: 1 }, old: true }), "overwrite");
    expect(ensureDocuments.diff(desired([document]), work(pending ? [pending] : []), target)).toMatchObject({
      action: "update",
      changes: [
        { path: "/docs/a~1b/n/deep", before: 1, after: 2 },
        { path: "/docs/a~1b/old", before: true, after: null },
      ],
    });
  });

  it("shows what became of attachments, and not their data", () => {
    const document = { _id: "a", _attachments: inText };
    const before = { x: { content_type: "text/plain", data: "eg==" } };
    const pending = pendingOf(document, stored({ _attachments: before }), "overwrite");
    const { changes } = ensureDocuments.diff(desired([document]), work(pending ? [pending] : []), target);
    expect(changes).toMatchObject([
      { path: "/docs/a/_attachments/x/length", before: 1, after: 5 },
      { path: "/docs/a/_attachments/x/digest" },
    ]);
    expect(JSON.stringify(changes)).not.toContain(inText.x.data);
  });

  it("shows the first of many, and the number of the others", () => {
    const { changes, write } = ensureDocuments.diff(desired(many(500)), undefined, target);
    expect(changes).toHaveLength(21);
    expect(changes.at(-1)).toEqual({ path: "/docs", before: null, after: "480 more documents" });
    expect(write?.docs).toHaveLength(500);
  });

  it("counts large ones only", () => {
    const large = many(2, { text: "x".repeat(300_000) });
    expect(ensureDocuments.diff(desired(large), undefined, target).changes).toEqual([
      { path: "/docs", before: null, after: "2 documents" },
    ]);
  });

  it("counts replaced documents and new documents separately", () => {
    const pending = many(30).map((document, n) =>
      n < 25 ? { document, rev: "1-x", stored: { _id: document._id, n } } : { document },
    );
    expect(ensureDocuments.diff(desired(many(30)), work(pending), target).changes.slice(20)).toEqual([
      { path: "/docs", before: "5 more documents, which differ", after: "as in this step" },
      { path: "/docs", before: null, after: "5 more documents" },
    ]);
  });
});

it("a written document holds, whatever it contains", () =>
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string().filter((key) => !key.startsWith("_")),
        fc.jsonValue(),
      ),
      (members) => {
        const document = { ...members, _id: "a" };
        const back = JSON.parse(JSON.stringify({ ...document, _rev: "1-x" }));
        expect(pendingOf(document, stored(back), "overwrite")).toBeUndefined();
      },
    ),
  ));
