import { expect, it } from "vitest";
import { editOf, type Transform } from "../../../src/transform/edit.js";

const stub = { "a.png": { content_type: "image/png", digest: "md5-1B2M2Y8AsgTpgAmY7PhCfg==", stub: true } };
const document = { _id: "abathur", _rev: "1-a", legs: 1, _attachments: stub };
const read = { id: "abathur", rev: "1-a", document, conflicted: false, suspect: false };
const edit = (transform: Transform) => editOf(read, transform);

const bodies: [title: string, Transform, object | undefined][] = [
  ["the same document", (doc) => doc, undefined],
  ["an equal one", (doc) => ({ ...doc }), undefined],
  ["keys in another order", () => ({ legs: 1, _id: "abathur" }), undefined],
  ["changed in place", (doc) => Object.assign(doc, { legs: 2 }), { ...document, legs: 2 }],
  [
    "a new object, which keeps the attachments",
    () => ({ wings: 2 }),
    { _id: "abathur", _rev: "1-a", wings: 2, _attachments: stub },
  ],
  ["removed attachments, which stay", ({ _attachments, ...rest }) => ({ ...rest, legs: 3 }), { ...document, legs: 3 }],
  ["a promise", async (doc) => ({ ...doc, legs: 2 }), { ...document, legs: 2 }],
  [
    "values that JSON converts",
    (doc) => ({ ...doc, at: new Date(0), no: undefined }),
    { ...document, at: "1970-01-01T00:00:00.000Z" },
  ],
  ["null", () => null, { _id: "abathur", _rev: "1-a", _deleted: true }],
];
it.each(bodies)("%s", async (_, transform, body) => expect((await edit(transform))?.body).toEqual(body));

const faults: [unknown, RegExp][] = [
  [undefined, /returned nothing/],
  [[1], /a list/],
  ["x", /string/],
  [{ _id: "other" }, /changed _id/],
  [{ _rev: "2-b" }, /_rev/],
  [{ _deleted: true }, /return null/],
  [{ _mine: 1 }, /_mine/],
  [{ legs: Number.NaN }, /NaN/],
  [{ legs: 10n }, /BigInt/],
  [{ half: "\ud800" }, /half a character/],
];
it.each(faults)("%s is not a document", async (value, message) => {
  await expect(edit(() => value)).rejects.toThrow(message);
});
it("a backslash before a `u` is not a lone surrogate", async () => {
  expect((await edit(() => ({ path: "c:\\ud800" })))?.body).toMatchObject({ path: "c:\\ud800" });
});
