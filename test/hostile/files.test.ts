/** Files that are malicious, or were never meant as input. Each is refused, or read, in bounded time; nothing hangs. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { link, mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import type { Problem } from "../../src/contract/problem.js";
import type { Plan } from "../../src/contract/results.js";
import { InvalidInput, loadMigrations } from "../../src/index.js";
import { planMarkdown } from "../../src/render/plan-markdown.js";
import { planText } from "../../src/render/plan-text.js";
import { plain } from "../../src/render/style.js";
import { tempFolder } from "../support/temp.js";

async function problems(...path: string[]): Promise<readonly Problem[]> {
  const error = await loadMigrations(join(...path), { env: {} }).catch((thrown: unknown) => thrown);
  if (!(error instanceof InvalidInput)) throw error;
  return error.problems;
}

async function codes(path: string, env: Record<string, string> = {}): Promise<string[] | "loaded"> {
  try {
    await loadMigrations(path, { env });
    return "loaded";
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems.map(({ code }) => code);
  }
}

const docs = (from: string) => `- id: a\n  ensureDocuments: { database: a, from: ${from} }\n`;
const views = (from: string) => `- id: a\n  ensureDesignDocs: { database: a, from: ${from} }\n`;
const fifo = (path: string) => execFileSync("mkfifo", [path]);

test("pipes and devices are not read, wherever they are named", async () => {
  const folder = await tempFolder({
    "docs/001.yaml": docs("../pipe"),
    "views/001.yaml": views("../pipe"),
    "zero/001.yaml": docs("/dev/zero"),
    "secret/001.yaml": '- id: a\n  ensureUser: { name: a, password: "${file:../pipe}" }\n',
    "endless/001.yaml": '- id: a\n  ensureUser: { name: a, password: "${file:/dev/zero}" }\n',
    "named/001.yaml": '- id: a\n  ensureUser: { name: a, password: "${P}" }\n',
  });
  fifo(join(folder, "pipe"));
  fifo(join(folder, "001.yaml"));
  expect(await codes(folder)).toEqual(["not-a-file"]);
  expect(await codes("/dev/zero")).toEqual(["not-a-file"]);
  for (const name of ["docs", "views", "zero", "secret", "endless"]) {
    expect(await codes(join(folder, name)), name).not.toBe("loaded");
  }
  expect(await codes(join(folder, "named"), { P_FILE: join(folder, "pipe") })).toEqual(["not-a-file"]);
});

test("a file of documents that is a pipe, a device or a socket, even if it is streamed", async () => {
  const folder = await tempFolder();
  fifo(join(folder, "pipe.ndjson"));
  await symlink("/dev/zero", join(folder, "zero.ndjson.gz"));
  const server = createServer().listen(join(folder, "socket.json"));
  onTestFinished(() => void server.close());
  await once(server, "listening");
  for (const name of ["pipe.ndjson", "zero.ndjson.gz", "socket.json"]) {
    await writeFile(join(folder, "001.yaml"), docs(name));
    const [problem, ...others] = await problems(folder);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      code: "not-a-file",
      message: expect.stringContaining(`${name} is a device, pipe`),
    });
  }
});

test("a gigabyte of blank lines, or of spaces in a list, in one megabyte of gzip", async () => {
  // Gzip files may be concatenated.
  const packed = (blank: string) => Array.from({ length: 10 }, () => gzipSync(blank.repeat(10_000_000)));
  const folder = await tempFolder({ "001.yaml": docs("[a.ndjson.gz, b.json.gz]") });
  await writeFile(join(folder, "a.ndjson.gz"), Buffer.concat([...packed("\n"), gzipSync('{"_id":"a"}')]));
  await writeFile(join(folder, "b.json.gz"), Buffer.concat([gzipSync("["), ...packed(" "), gzipSync("]")]));
  expect(await codes(folder)).toEqual(["no-documents", "no-documents"]);
});

test("a link to a huge folder", async () => {
  const folder = await tempFolder({ "m/001.yaml": views("../design") });
  const large = Buffer.alloc(9_000_000, "x");
  await mkdir(join(folder, "machine", "lib"), { recursive: true });
  await writeFile(join(folder, "machine", "lib", "0.js"), large);
  for (let i = 1; i < 24; i += 1) await link(join(folder, "machine/lib/0.js"), join(folder, `machine/lib/${i}.js`));
  await mkdir(join(folder, "design"));
  await symlink("../machine", join(folder, "design", "views"));
  const found = await problems(folder, "m");
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ code: "too-many-files", message: expect.stringContaining("limit of 200 MB") });
});

test("a secret behind links, as Kubernetes mounts it, is read", async () => {
  const folder = await tempFolder({
    "m/001.yaml": '- id: a\n  ensureUser: { name: a, password: "${file:../run/password}" }\n',
    "run/..2026/password": "geheim\n",
  });
  await symlink("..2026", join(folder, "run", "..data"));
  await symlink("..data/password", join(folder, "run", "password"));
  expect(await codes(join(folder, "m"))).toBe("loaded");
});

test("links that loop", async () => {
  const folder = await tempFolder({
    "m/001.yaml": docs("../round"),
    "t/001.yaml": views("../tree"),
    "tree/a/language": "javascript",
  });
  await symlink("round", join(folder, "round"));
  await symlink("..", join(folder, "tree", "a", "views"));
  await symlink("002.yaml", join(folder, "m", "002.yaml"));
  expect(await codes(join(folder, "m"))).toContain("link-loop");
  expect(await codes(join(folder, "t"))).toContain("link-loop");
});

test.each([
  ["nested a hundred thousand deep", "[".repeat(100_000)],
  ["nested and closed", `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`],
  ["not UTF-8", Buffer.from('{"_id":"\xff"}', "latin1")],
  ["UTF-16", Buffer.from('{"_id":"a"}', "utf16le")],
  ["cut off", '{"_id":"a"'],
  ["a number that is too large", '{"_id":"a","n":1e999}'],
  ["half a character", '{"_id":"\\ud800"}'],
])("documents in JSON: %s", async (_, content) => {
  const folder = await tempFolder({ "m/001.yaml": docs("../docs.json"), "docs.json": content as string });
  const found = await codes(join(folder, "m"));
  expect(found).not.toBe("loaded");
  expect(found).toHaveLength(1);
});

test("neither YAML nor JSON can change a prototype", async () => {
  const evil =
    '{ "_id": "a", "__proto__": { "polluted": true }, "constructor": { "prototype": { "polluted": true } } }';
  const folder = await tempFolder({
    "json/001.yaml": docs("../evil.json"),
    "views/001.yaml": views("../design.json"),
    "yaml/001.yaml": "- id: a\n  ensureDocuments: { database: a, docs: [{ _id: a, __proto__: { polluted: true } }] }\n",
    "config/001.yaml": "- id: a\n  ensureConfig: { __proto__: { polluted: true }, constructor: { prototype: x } }\n",
    "evil.json": evil,
    "design.json":
      '{ "_id": "_design/a", "views": { "__proto__": { "map": "function (doc) { emit(1); }" } }, "__proto__": { "polluted": true } }',
  });
  for (const name of ["json", "views"]) await codes(join(folder, name));
  for (const name of ["yaml", "config"]) expect(await codes(join(folder, name)), name).toContain("bad-key");
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test("a document's own __proto__ is sent to the server unchanged", async () => {
  const folder = await tempFolder({
    "m/001.yaml": docs("../docs.json"),
    "docs.json": '{ "_id": "a", "__proto__": { "x": 1 } }',
  });
  const found = await loadMigrations(join(folder, "m"), { env: {} }).catch((error: InvalidInput) => error.problems);
  // Refused, or kept: never silently dropped.
  expect(JSON.stringify(found)).toMatch(/__proto__/);
});

test("a line of megabytes, a BOM, and every kind of line end", async () => {
  const long = `- id: a\n  ensureDocuments: { database: a, docs: [{ _id: a, text: "${"x".repeat(500_000)}" }] }\n`;
  const folder = await tempFolder({
    "long/001.yaml": long,
    "long-broken/001.yaml": long.replace("text: ", "text: '"),
    "bom/001.yaml": `\ufeff${docs("../docs.json").replaceAll("\n", "\r\n")}`,
    "docs.json": '\ufeff{ "_id": "a" }\r\n',
    "nul/001.yaml": "- id: a\0b\n",
  });
  expect(await codes(join(folder, "long"))).toBe("loaded");
  expect(await codes(join(folder, "long-broken"))).not.toBe("loaded");
  expect(await codes(join(folder, "bom"))).toBe("loaded");
  expect(await codes(join(folder, "nul"))).toContain("control-character");
});

const nasty = "\u001b[2J\u001b]0;owned\u0007\u202egnp.exe\u2066\u200b\r\n</summary>`|[x](javascript:1)@everyone";

test("what a terminal or Markdown would interpret is escaped, wherever it comes from", async () => {
  const step: Plan["steps"][number] = {
    id: nasty,
    kind: "ensureUser",
    checksum: nasty,
    file: nasty,
    line: 1,
    description: nasty,
    state: "pending",
    action: "create",
    target: nasty,
    databases: { [nasty]: { state: "pending", action: "create" }, b: { state: "pending", action: "create" } },
    changes: [
      { path: `/${nasty}`, before: null, after: nasty, database: nasty },
      { path: "/x", before: nasty, after: { [nasty]: [nasty] }, database: "b" },
    ],
    rebuilds: [{ database: nasty, designDoc: nasty, views: [nasty], documents: 1, bytes: 1, reuses: nasty }],
    applies: true,
    notes: [nasty],
  };
  const plan: Plan = {
    formatVersion: 1,
    version: nasty,
    plannedAt: nasty,
    serverId: nasty,
    set: nasty,
    server: { url: nasty, version: nasty },
    changes: 1,
    steps: [step],
    orphaned: [nasty],
    orphans: [{ id: nasty, kind: nasty, objects: [nasty], removedBy: nasty, note: nasty, forget: nasty }],
    warnings: [{ code: "step", message: nasty }],
    verify: false,
    allowRevert: false,
  };
  for (const text of [planText(plan, plain), planMarkdown(plan)]) {
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]|\u200b(?!;)/u);
  }
  const markdown = planMarkdown(plan).replaceAll(/^(`{3,})diff\n[\s\S]*?\n\1$/gm, "");
  expect(markdown).not.toMatch(/<\/summary>\\?`|\[x\]\(javascript|[^;]@everyone/);
});

test("names with such characters in files are refused, and shown harmlessly", async () => {
  const text = `- id: "${JSON.stringify(nasty).slice(1, -1)}"\n  ensureDatabase: { name: "\\e[2J\\u202e" }\n`;
  const folder = await tempFolder({ "001.yaml": text });
  const error = await loadMigrations(folder, { env: {} }).catch((thrown: InvalidInput) => thrown);
  expect(error).toBeInstanceOf(InvalidInput);
  expect(JSON.stringify((error as InvalidInput).problems)).not.toMatch(/\\u001b|\u202e/);
  expect((error as InvalidInput).message).not.toMatch(/[\p{Cc}\u202e]/u);
});
