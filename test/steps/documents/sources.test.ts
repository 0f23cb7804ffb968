import { describe, expect, it } from "vitest";
import { loadMigrations } from "../../../src/index.js";
import type { Document } from "../../../src/objects/documents/document.js";
import { tempFolder } from "../../support/temp.js";

type Files = Readonly<Record<string, string>>;

async function load(spec: string, files: Files = {}) {
  const folder = await tempFolder({ "001.yaml": `- id: docs\n  ensureDocuments: ${spec}\n`, ...files });
  return loadMigrations(folder, { env: {} });
}

async function loaded(spec: string, files: Files = {}): Promise<readonly Document[]> {
  const { steps } = await load(spec, files);
  const [desired] = steps.map((step) => step.desired as { docs: readonly Document[] });
  return desired?.docs ?? [];
}

/** `code line:column` of each problem, and the file's name if it is another one. */
async function problems(spec: string, files: Files = {}): Promise<string[]> {
  const error = await load(spec, files).then(
    () => ({ problems: [] }),
    (thrown) => thrown,
  );
  return error.problems.map(
    ({ code, file, line, column }: { code: string; file: string; line: number; column: number }) =>
      `${code} ${file.endsWith("001.yaml") ? "" : `${file.split("/").at(-1)}:`}${line}:${column}`,
  );
}

const from = (text: string) => ["{ database: db, from: data.json }", { "data.json": text }] as const;

describe("the documents read", () => {
  it.each<[string, string, Files, readonly unknown[]]>([
    ["inline", "{ database: db, docs: [{ _id: b }, { _id: a, n: 1 }] }", {}, [{ _id: "a", n: 1 }, { _id: "b" }]],
    ["one document", ...from('{"_id":"a","docs":[1]}'), [{ _id: "a", docs: [1] }]],
    ["a list", ...from('[{"_id":"a"},{"_id":"b"}]'), [{ _id: "a" }, { _id: "b" }]],
    ["in the form of `_bulk_docs`", ...from('{"docs":[{"_id":"a"}]}'), [{ _id: "a" }]],
    ["without revisions", ...from('{"_id":"a","_rev":"1-x"}'), [{ _id: "a" }]],
    ["with `$", ...from('{"_id":"a","x":"${HOME}"}'), [{ _id: "a", x: "${HOME}" }]],
    ["with `__proto__`", ...from('{"_id":"a","x":{"__proto__":1}}'), [JSON.parse('{"_id":"a","x":{"__proto__":1}}')]],
    [
      "a large exact number",
      ...from('{"_id":"a","n":123456789012345680000}'),
      [{ _id: "a", n: 1.2345678901234568e20 }],
    ],
    [
      "a folder",
      "{ database: db, from: [data/, x.json] }",
      { "data/b.json": '{"_id":"b"}', "data/.keep": "", "x.json": "[]" },
      [{ _id: "b" }],
    ],
    [
      "attachments, without what an export adds",
      ...from('{"_id":"a","_attachments":{"x":{"data":"aGVs\\nbG8=","revpos":2,"digest":"md5-x","length":5}}}'),
      [{ _id: "a", _attachments: { x: { content_type: "application/octet-stream", data: "aGVsbG8=" } } }],
    ],
  ])("%s", async (_, spec, files, expected) => {
    expect(await loaded(spec, files)).toEqual(expected);
  });

  const zerg = { length: 4, digest: "sha256-14368cd5392e719722fbf00c67600383834a502e927b0cc7477c4a243b3a7323" };
  it.each<[string, string, Files, object]>([
    [
      "inline, relative to the migration file",
      "{ database: db, docs: [{ _id: a, _attachments: { x: { from: files/x.txt } } }] }",
      { "files/x.txt": "zerg" },
      { ...zerg, content_type: "text/plain" },
    ],
    [
      "in a JSON file, relative to that file",
      "{ database: db, from: data/a.json }",
      {
        "data/a.json": '{"_id":"a","_attachments":{"x":{"from":"../x.JPG","revpos":1}}}',
        "x.JPG": "zerg",
      },
      { ...zerg, content_type: "image/jpeg" },
    ],
    [
      "with a content type",
      "{ database: db, docs: [{ _id: a, _attachments: { x: { from: x.txt, content_type: a/b } } }] }",
      { "x.txt": "zerg" },
      { ...zerg, content_type: "a/b" },
    ],
    [
      "without an extension",
      "{ database: db, docs: [{ _id: a, _attachments: { x: { from: x } } }] }",
      { x: "zerg" },
      { ...zerg, content_type: "application/octet-stream" },
    ],
  ])("attachments from files: %s", async (_, spec, files, expected) => {
    const [document] = await loaded(spec, files);
    expect({ ...document?._attachments?.x }).toEqual(expected);
  });

  it("edits the step if a file of an attachment is edited, and not if it is moved", async () => {
    const spec = (from: string) => `{ database: db, docs: [{ _id: a, _attachments: { x: { from: ${from} } } }] }`;
    const checksums = [
      await load(spec("x.txt"), { "x.txt": "zerg" }),
      await load(spec("y/x.txt"), { "y/x.txt": "zerg" }),
      await load(spec("x.txt"), { "x.txt": "Zerg" }),
    ].map(({ steps }) => steps[0]?.checksum);
    expect(checksums[1]).toBe(checksums[0]);
    expect(checksums[2]).not.toBe(checksums[0]);
  });

  it("are the same step wherever the documents are", async () => {
    const checksum = async (spec: string, files: Files = {}) => (await load(spec, files)).steps[0]?.checksum;
    const inline = await checksum("{ database: db, docs: [{ _id: a, n: 1 }, { _id: b }] }");
    expect(await checksum(...from('[{"_id":"b"}, {"n": 1.0,\r\n "_id":"a"}]'))).toBe(inline);
    expect(await checksum(...from('[{"_id":"b"}, {"n": 2, "_id":"a"}]'))).not.toBe(inline);
    expect(await checksum("{ database: db, mode: overwrite, docs: [{ _id: a, n: 1 }, { _id: b }] }")).not.toBe(inline);
  });
});

describe("an error in the sources", () => {
  const big = (bytes: number) => JSON.stringify({ _id: "big", a: "x".repeat(bytes - '{"a":""}'.length) });

  it.each<[string, string, Files, readonly string[]]>([
    ["nothing to do", "{ database: db }", {}, ["no-documents 2:3"]],
    ["the tool's own database", "{ database: couchdb-migrate, docs: [{ _id: a }] }", {}, ["own-database 2:32"]],
    ["a user", "{ database: [db, _users], docs: [{ _id: a }] }", {}, ["system-database 2:37"]],
    ["no id, inline", "{ database: db, docs: [{ _id: a }, { n: 1 }] }", {}, ["missing-document-id 2:55"]],
    ["no id, in a file", ...from('[\n {"_id":"a"},\n {"n":1}]'), ["missing-document-id data.json:3:2"]],
    ["no id, in a single document", ...from(' {"n":1}'), ["missing-document-id data.json:1:2"]],
    ["an id that is a number", ...from('{"docs":[{"_id":5}]}'), ["bad-document-id data.json:1:17"]],
    ["an empty id", ...from('{"_id":""}'), ["bad-document-id data.json:1:8"]],
    ["a design document", ...from('{"_id":"_design/a"}'), ["design-doc data.json:1:8"]],
    ["a local document", ...from('{"_id":"_local/a"}'), ["bad-document-id data.json:1:8"]],
    ["an id reserved by CouchDB", ...from('{"_id":"_a"}'), ["bad-document-id data.json:1:8"]],
    ["a deleted document", ...from('{"_id":"a","_deleted":true}'), ["special-member data.json:1:23"]],
    ["an unknown special field", ...from('{"_id":"a","x":{"_y":1},"_y":1}'), ["special-member data.json:1:30"]],
    ["the same id twice", ...from('[{"_id":"a"},{"_id":"a","n":1}]'), ["duplicate-document data.json:1:21"]],
    [
      "the same id in two places",
      "{ database: db, docs: [{ _id: a }], from: data.json }",
      { "data.json": '{"_id":"a"}' },
      ["duplicate-document data.json:1:8"],
    ],
    ["no document", ...from('[1,{"_id":"a"},null]'), ["not-a-document data.json:1:2", "not-a-document data.json:1:16"]],
    ["no JSON", ...from('{"_id":"a",}'), ["json-syntax data.json:1:12"]],
    [
      "a number that would change",
      ...from('{"_id":"a","\\"":"1e400","n":[12345678901234567,1e400]}'),
      ["bad-number data.json:1:48"],
    ],
    ["a number that is too large", ...from('{"_id":"a","n":-1e400}'), ["bad-number data.json:1:16"]],
    ["half a character", ...from('{"_id":"a","n":["\\ud83d"]}'), ["bad-text data.json:1:1"]],
    [
      "nested too deeply",
      ...from(`{"_id":"a","n":${"[".repeat(50_000)}${"]".repeat(50_000)}}`),
      ["too-deep data.json:1:1"],
    ],
    [
      "an attachment without data",
      ...from('{"_id":"a","_attachments":{"x":{"stub":true}}}'),
      ["attachment data.json:1:32"],
    ],
    [
      "an attachment that is not base64",
      ...from('{"_id":"a","_attachments":{"x":{"data":"-_"}}}'),
      ["attachment data.json:1:32"],
    ],
    [
      "an attachment with a reserved name",
      ...from('{"_id":"a","_attachments":{"_x":{"data":""}}}'),
      ["attachment data.json:1:33"],
    ],
    [
      "an attachment without a name",
      ...from('{"_id":"a","_attachments":{"":{"data":""}}}'),
      ["attachment data.json:1:31"],
    ],
    [
      "an attachment whose content type has a line break",
      ...from('{"_id":"a","_attachments":{"x":{"data":"","content_type":"a/b\\r\\nX: y"}}}'),
      ["attachment data.json:1:58"],
    ],
    [
      "an attachment with both a file and data",
      ...from('{"_id":"a","_attachments":{"x":{"from":"001.yaml","data":""}}}'),
      ["attachment data.json:1:58"],
    ],
    [
      "an attachment whose file has no name",
      ...from('{"_id":"a","_attachments":{"x":{"from":""}}}'),
      ["attachment data.json:1:40"],
    ],
    [
      "an attachment whose file is missing",
      "{ database: db, docs: [{ _id: a, _attachments: { x: { from: nope.txt } } }] }",
      {},
      ["missing-file 2:80"],
    ],
    [
      "an attachment whose file is a folder",
      "{ database: db, docs: [{ _id: a, _attachments: { x: { from: data } } }] }",
      { "data/x": "" },
      ["not-a-file 2:80"],
    ],
    [
      "an attachment whose file is missing, in a JSON file",
      ...from('{"_id":"a","_attachments":{"x":{"from":"nope.txt"}}}'),
      ["missing-file 2:42"],
    ],
    [
      "an attachment from a file, in NDJSON",
      "{ database: db, from: data.ndjson }",
      { "data.ndjson": '{"_id":"a","_attachments":{"x":{"from":"x"}}}', x: "" },
      ["attachment data.ndjson:1:40"],
    ],
    ["a document over 8 MB", ...from(big(8_000_001)), ["document-too-large data.json:1:1"]],
    ["a document of 8 MB", ...from(big(8_000_000)), []],
    ["another kind of file", "{ database: db, from: data.csv }", { "data.csv": "a" }, ["not-documents 2:42"]],
    ["a missing file", ...(["{ database: db, from: nope.json }", {}] as const), ["missing-file 2:42"]],
    ["an empty folder", "{ database: db, from: data }", { "data/.keep": "" }, ["no-documents 2:42"]],
    [
      "a folder with other files",
      "{ database: db, from: data }",
      { "data/a.js": "", "data/b/c.json": "" },
      ["unknown-file 2:42", "unknown-file 2:42"],
    ],
  ])("%s", async (_, spec, files, expected) => {
    expect(await problems(spec, files)).toEqual(expected);
  });

  it("is reported only a few times if a whole file is wrong", async () => {
    const found = await problems(...from(JSON.stringify(Array.from({ length: 5_000 }, (_, n) => ({ n })))));
    expect(found).toHaveLength(21);
    expect(found.at(-1)).toMatch(/^more-problems/);
  });
});

it("claims each document in each database, like its removal", async () => {
  const folder = await tempFolder({
    "001.yaml": `- id: a\n  ensureDocuments: { database: [x, y], docs: [{ _id: a }, { _id: b }] }
- id: b\n  removeDocuments: { database: y, ids: [b] }\n`,
  });
  await expect(loadMigrations(folder, { env: {} })).rejects.toMatchObject({
    problems: [{ code: "claimed-twice", text: "document/y/b" }],
  });
});
