/**
 * Documents in files that are read as a stream: what is read, which errors there are, and that a second reading is the
 * same.
 */
import { appendFile, copyFile, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { loadMigrations } from "../../../src/index.js";
import type { DocumentFile, Sourced } from "../../../src/objects/documents/document-file.js";
import { Elements } from "../../../src/objects/documents/elements.js";
import { type Cutter, Lines } from "../../../src/objects/documents/lines.js";
import { tempFolder } from "../../support/temp.js";

type Content = string | Buffer;

async function folderWith(name: string, content: Content, spec = `{ database: db, from: ${name} }`): Promise<string> {
  const folder = await tempFolder({ "001.yaml": `- id: docs\n  ensureDocuments: ${spec}\n` });
  await writeFile(join(folder, name), content);
  return folder;
}

async function load(name: string, content: Content, spec?: string) {
  const folder = await folderWith(name, content, spec);
  const { steps } = await loadMigrations(folder, { env: {} });
  const [{ desired, checksum } = { desired: {}, checksum: "" }] = steps;
  const { files = [] } = desired as { files?: readonly DocumentFile[] };
  return { folder, checksum, file: files[0] as DocumentFile };
}

async function read(file: DocumentFile, from?: number): Promise<Sourced[]> {
  const all: Sourced[] = [];
  for await (const group of file.read(from)) all.push(...group);
  return all;
}

/** `code line:column` of each problem in the file. */
async function problems(name: string, content: Content, spec?: string): Promise<string[]> {
  const folder = await folderWith(name, content, spec);
  const found = await loadMigrations(folder, { env: {} }).then(
    () => [],
    (error) => error.problems,
  );
  return found.map(
    ({ code, line, column }: { code: string; line: number; column: number }) => `${code} ${line}:${column}`,
  );
}

const two = ['{"_id":"a","n":1}', '{"_id":"b"}'];

describe("the documents read", () => {
  it.each<[string, string, Content, readonly string[]]>([
    ["one document per line", "a.ndjson", `${two.join("\n")}\n`, two],
    ["without a final newline", "a.jsonl", two.join("\n"), two],
    ["with CRLF, blank lines and a byte order mark", "a.ndjson", `\ufeff${two.join("\r\n\r\n  \n")}\r\n`, two],
    ["compressed", "a.ndjson.gz", gzipSync(two.join("\n")), two],
    ["compressed in two parts", "a.ndjson.gz", Buffer.concat([gzipSync(`${two[0]}\n`), gzipSync(`${two[1]}\n`)]), two],
    ["compressed, although the name does not say so", "a.json", gzipSync(`[${two.join(",")}]`), two],
    ["a list", "a.json.gz", gzipSync(`\ufeff [ ${two.join(" ,\r\n ")}\n] \n`), two],
    [
      "in the form of `_bulk_docs`",
      "a.json.gz",
      gzipSync(`{"new_edits":true,\n"docs":[${two.join(",")}], "x":[1]}`),
      two,
    ],
    ["an empty list", "a.json.gz", gzipSync("[]"), []],
    ["one document", "a.json.gz", gzipSync('{"_id":"a","docs":[1,{}]}\n'), ['{"_id":"a","docs":[1,{}]}']],
    ["nothing", "a.ndjson", "\n", []],
    ["numbers and names unchanged", "a.ndjson", '{"_id":"a","n":1.50,"é":"🐛"}', ['{"_id":"a","n":1.50,"é":"🐛"}']],
    ["without revisions", "a.ndjson", '{"_id":"a","_rev":"1-x","n":1.0}', ['{"_id":"a","n":1.0}']],
    [
      "without revisions, wherever they are",
      "a.ndjson",
      '{"n":1, "_\\u0072ev":"1-x","_id":"a"}',
      ['{"n":1,"_id":"a"}'],
    ],
    ["`_rev` below the top level", "a.ndjson", '{"_id":"a","x":{"_rev":"1-x"}}', ['{"_id":"a","x":{"_rev":"1-x"}}']],
    [
      "attachments, without what an export adds",
      "a.ndjson",
      '{"_id":"a","_attachments":{"x":{"data":"aGVs\\nbG8=","revpos":2,"digest":"md5-x"}}}',
      ['{"_id":"a","_attachments":{"x":{"content_type":"application/octet-stream","data":"aGVsbG8="}}}'],
    ],
  ])("%s", async (_, name, content, expected) => {
    const { file } = await load(name, content);
    const found = await read(file);
    expect(found.map(({ text }) => text)).toEqual(expected);
    expect(found.map(({ id }) => id)).toEqual(expected.map((text) => JSON.parse(text)._id));
    expect(file.documents).toBe(expected.length);
    expect(file.first.map(({ text }) => text)).toEqual(expected);
  });

  it("are the same in chunks of any size", () =>
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), { maxLength: 5 }),
        fc.constantFrom(undefined, 2),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (values, indent, sizes) => {
          const texts = values.map((value) => JSON.stringify(value));
          const pretty = values.map((value) => JSON.stringify(value, null, indent));
          const expected = (text: string) => JSON.parse(text);
          expect(cut(new Lines(), texts.join("\n"), sizes).map(expected)).toEqual(
            values.map((_, i) => expected(texts[i] ?? "")),
          );
          for (const list of [`[${pretty.join(",\n")}]`, `{"docs":[${pretty.join(" , ")}]}`]) {
            expect(cut(new Elements(), list, sizes)).toEqual(pretty);
          }
        },
      ),
    ));

  it("are only kept for display up to a limit, however many large ones follow", async () => {
    const lines = Array.from({ length: 50 }, (_, n) => JSON.stringify({ _id: `drone-${n}`, text: "x".repeat(90_000) }));
    const { file } = await load("a.ndjson", lines.join("\n"));
    expect(file.first.map(({ id }) => id)).toEqual(["drone-0", "drone-1"]);
  });

  it("can continue from any document", async () => {
    const lines = Array.from({ length: 5_000 }, (_, n) => `{"_id":"d${n}","text":"${"x".repeat(200)}"}`);
    const { file } = await load("a.ndjson", lines.join("\n"));
    expect((await read(file, 4_321)).map(({ index, line }) => [index, line])).toEqual(
      lines.slice(4_321).map((_, i) => [4_321 + i, 4_322 + i]),
    );
    expect(await read(file, 5_000)).toEqual([]);
  });
});

function cut(cutter: Cutter, text: string, sizes: readonly number[]): string[] {
  const bytes = Buffer.from(text);
  const found: string[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const end = at + (sizes[i % sizes.length] ?? 1);
    found.push(...cutter.push(bytes.subarray(at, end)).pieces.map((piece) => piece.text));
    at = end;
  }
  return [...found, ...cutter.end().pieces.map((piece) => piece.text)];
}

it("the container's limit is not read for each document, which would take longer than everything else", async () => {
  const reads = vi.spyOn(process, "constrainedMemory");
  const readsFor = async (documents: number) => {
    reads.mockClear();
    await load("a.ndjson", Array.from({ length: documents }, (_, n) => `{"_id":"d${n}"}`).join("\n"));
    return reads.mock.calls.length;
  };
  expect(await readsFor(1_000)).toBe(await readsFor(1));
  reads.mockRestore();
});

describe("the step's checksum", () => {
  it("covers the documents, however they are compressed, listed and named", async () => {
    const checksum = async (name: string, content: Content) => (await load(name, content)).checksum;
    const lines = await checksum("a.ndjson", two.join("\n"));
    expect(await checksum("b.jsonl.gz", gzipSync(`\ufeff${two.join("\r\n\r\n")}\r\n`))).toBe(lines);
    expect(await checksum("c.json.gz", gzipSync(`{"docs": [ ${two.join(" ,\n")} ]}`))).toBe(lines);
    expect(await checksum("a.ndjson", two.join("\n").replace("1", "2"))).not.toBe(lines);
    expect(await checksum("a.ndjson", [...two].reverse().join("\n"))).not.toBe(lines);
  });

  it("of a list over several lines does not depend on line ends", async () => {
    const text = JSON.stringify([{ _id: "a", n: [1, 2] }], null, 2);
    const { checksum } = await load("a.json.gz", gzipSync(text));
    expect((await load("a.json.gz", gzipSync(text.replaceAll("\n", "\r\n")))).checksum).toBe(checksum);
  });
});

describe("an error in a file", () => {
  const half = gzipSync(Array.from({ length: 2_000 }, (_, n) => `{"_id":"${n}-${Math.sin(n)}"}`).join("\n"));

  it.each<[string, string, Content, readonly string[]]>([
    ["invalid JSON", "a.ndjson", '{"_id":"a"}\n\n{"_id":"b",}\n', ["json-syntax 3:12"]],
    ["a truncated last line", "a.ndjson", '{"_id":"a"}\n{"_id":"b","n":', ["json-syntax 2:16"]],
    ["two documents on one line", "a.ndjson", '{"_id":"a"},{"_id":"b"}', ["json-syntax 1:12"]],
    ["not a document", "a.ndjson", '{"_id":"a"}\n5\n', ["not-a-document 2:1"]],
    ["no id", "a.ndjson", '{"n":1}', ["missing-document-id 1:1"]],
    ["a design document", "a.ndjson", '\n{"_id":"_design/a"}', ["design-doc 2:8"]],
    ["a deleted document", "a.ndjson", '{"_id":"a","_deleted":true}', ["special-member 1:23"]],
    ["a number that would change", "a.ndjson", '{"_id":"a"}\n{"_id":"b","n":1e400}', ["bad-number 2:16"]],
    ["half a character", "a.ndjson", '{"_id":"a","n":"\\ud83d"}', ["bad-text 1:1"]],
    ["two ids in one document", "a.ndjson", '{"_id":"a","_id":"b"}', ["bad-document-id 1:8"]],
    ["the same id in the next line", "a.ndjson", '{"_id":"a"}\n{"_id":"a"}', ["duplicate-document 2:1"]],
    ["the same id far away", "a.ndjson", '{"_id":"b"}\n{"_id":"a"}\n{"_id":"b"}', ["duplicate-document 3:1"]],
    ["bytes that are not UTF-8", "a.ndjson", Buffer.from('{"_id":"a"}\n{"_id":"\xff"}\n', "latin1"), ["not-utf8 2:9"]],
    ["UTF-16", "a.ndjson", Buffer.from(`\ufeff${two.join("\n")}`, "utf16le"), ["not-utf8 1:1"]],
    [
      "a document over 8 MB",
      "a.ndjson",
      `{"_id":"a"}\n{"_id":"b","t":"${"x".repeat(8_000_000)}"}`,
      ["document-too-large 2:1"],
    ],
    ["an endless line", "a.ndjson", `{"_id":"a"}\n${"x".repeat(64_100_000)}`, ["document-too-large 2:1"]],
    ["truncated gzip", "a.ndjson.gz", half.subarray(0, half.length / 2), [expect.stringMatching(/^bad-gzip \d+:1$/)]],
    ["broken gzip", "a.ndjson.gz", Buffer.from(half).fill(7, 100, 200), [expect.stringMatching(/^bad-gzip /)]],
    ["no gzip", "a.ndjson.gz", two.join("\n"), ["not-gzip 1:1"]],
    ["a truncated list", "a.json.gz", gzipSync('[{"_id":"a"},\n{"_id":"b"'), ["json-syntax 2:1"]],
    ["a list without a comma", "a.json.gz", gzipSync('[{"_id":"a"}\n{"_id":"b"}]'), ["json-syntax 2:1"]],
    ["a list with a trailing comma", "a.json.gz", gzipSync('[{"_id":"a"},]'), ["json-syntax 1:1"]],
    ["text after the list", "a.json.gz", gzipSync('[{"_id":"a"}]\n[]'), ["json-syntax 1:1"]],
    [
      "a document in a list, over several lines",
      "a.json.gz",
      gzipSync('[\n {"_id":"a"},\n {"_id":"b",\n "_x":1}]'),
      ["special-member 4:7"],
    ],
  ])("%s", async (_, name, content, expected) => {
    expect(await problems(name, content)).toEqual(expected);
  });

  it("is reported only a few times if everything is wrong", async () => {
    const found = await problems("a.ndjson", "{}\n".repeat(5_000));
    expect(found).toHaveLength(21);
    expect(found.at(-1)).toMatch(/^more-problems 21:1/);
  });

  it("may be the same id inline and in a file", async () => {
    const spec = "{ database: db, docs: [{ _id: b }], from: a.ndjson }";
    expect(await problems("a.ndjson", two.join("\n"), spec)).toEqual(["duplicate-document 2:1"]);
  });

  it("may be the same file in two steps", async () => {
    const spec = "{ database: db, from: a.ndjson }\n- id: again\n  ensureDocuments: { database: db, from: a.ndjson }";
    expect(await problems("a.ndjson", two.join("\n"), spec)).toEqual(["claimed-twice 4:3"]);
  });
});

describe("a file that changes after it was read", () => {
  const changed = { code: "step-failed", message: expect.stringContaining("changed after this run read it first") };

  it("is refused before its first document", async () => {
    const { folder, file } = await load("a.ndjson", two.join("\n"));
    await appendFile(join(folder, "a.ndjson"), '\n{"_id":"c"}');
    const documents = file.read();
    await expect(documents.next()).rejects.toMatchObject(changed);
  });

  it("may be replaced by an identical copy", async () => {
    const { folder, file } = await load("a.ndjson", two.join("\n"));
    const path = join(folder, "a.ndjson");
    await copyFile(path, `${path}.new`);
    await rename(`${path}.new`, path);
    await utimes(path, 5, 5);
    expect(await read(file)).toHaveLength(2);
  });

  it("while it is read again is refused after its last document", async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `{"_id":"d${n}","text":"${"x".repeat(100)}"}`);
    const { folder, file } = await load("a.ndjson", lines.join("\n"));
    const documents = file.read();
    await documents.next();
    await appendFile(join(folder, "a.ndjson"), '\n{"_id":"late"}');
    await expect(
      (async () => {
        for await (const _ of documents);
      })(),
    ).rejects.toMatchObject(changed);
  });

  it("is refused if it is gone", async () => {
    const { folder, file } = await load("a.ndjson", two.join("\n"));
    await rename(join(folder, "a.ndjson"), join(folder, "b.ndjson"));
    await expect(read(file)).rejects.toMatchObject(changed);
  });
});
