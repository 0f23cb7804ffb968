import { execFileSync } from "node:child_process";
import { mkdir, readdir, rename, symlink, truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadMigrations } from "../../src/migrations/load.js";
import { mountedConfigMap } from "../support/config-map.js";
import { tempFolder } from "../support/temp.js";
import { kinds } from "./kinds.js";
import { load, loadStep, problemsOf } from "./support.js";

const database = (name: string) => `- id: ${name}\n  ensureDatabase: { name: ${name} }\n`;

async function idsOf(path: string): Promise<string[]> {
  return (await loadMigrations(path, { env: {} })).steps.map(({ id }) => id);
}

describe("the files that are read", () => {
  test("are in the order of code units of their names, with their steps in file order", async () => {
    const { steps, files } = await load({
      "b.yml": database("b"),
      "a.yaml": database("a2") + database("a1"),
      "10.yaml": database("n10"),
      "9.yaml": database("n9"),
      "B.yaml": database("upper"),
      "é.yaml": database("e"),
    });
    expect(steps.map(({ id }) => id)).toEqual(["n10", "n9", "upper", "a2", "a1", "b", "e"]);
    expect(files.map((file) => basename(file))).toEqual(["10.yaml", "9.yaml", "B.yaml", "a.yaml", "b.yml", "é.yaml"]);
  });

  test("do not include others", async () => {
    const files = {
      "a.yaml": database("a"),
      ".b.yaml": "x",
      "c.json": "x",
      "README.md": "x",
      "d.yaml~": "x",
      "sub/e.yaml": "x",
    };
    expect((await load(files)).steps.map(({ id }) => id)).toEqual(["a"]);
  });

  test("may be a single file, whatever its name", async () => {
    const folder = await tempFolder({ steps: database("a"), "b.yaml": "x" });
    const loaded = await loadMigrations(join(folder, "steps"), { env: {} });
    expect(loaded).toMatchObject({ path: join(folder, "steps"), files: [join(folder, "steps")], steps: [{ id: "a" }] });
  });

  test("appear once in a mounted ConfigMap", async () => {
    const folder = await mountedConfigMap({ "a.yaml": database("a"), "b.yaml": database("b") });
    expect(await readdir(folder)).toContain("..data");
    expect(await idsOf(folder)).toEqual(["a", "b"]);
    expect(await idsOf(join(folder, "..data"))).toEqual(["a", "b"]);
    expect(await idsOf(join(folder, "a.yaml"))).toEqual(["a"]);
  });

  test("appear once even with two names", async () => {
    const folder = await tempFolder({ "b.yaml": database("a") });
    await symlink("b.yaml", join(folder, "a.yaml"));
    expect((await loadMigrations(folder)).files).toEqual([join(folder, "a.yaml")]);
  });
});

describe("what can't be read", () => {
  test.each<[string, string, (folder: string) => Promise<unknown>, string?]>([
    ["a folder without files", "no-files", async () => {}],
    ["a folder without YAML", "no-files", (folder) => writeFile(join(folder, "README.md"), "x")],
    ["a missing path", "missing-path", async () => {}, "nowhere"],
    ["a path below a file", "missing-path", (folder) => writeFile(join(folder, "file"), "x"), "file/below"],
    ["a path that no file can have", "missing-path", async () => {}, "a\0b"],
    ["a folder named like a file", "not-a-file", (folder) => mkdir(join(folder, "a.yaml"))],
    ["a pipe", "not-a-file", async (folder) => execFileSync("mkfifo", [join(folder, "a.yaml")])],
    ["a broken link", "missing-file", (folder) => symlink("nowhere", join(folder, "a.yaml"))],
    ["a link to itself", "link-loop", (folder) => symlink("a.yaml", join(folder, "a.yaml"))],
    ["a file of 50 MB", "file-too-large", (folder) => sparse(join(folder, "a.yaml"), 50_000_000)],
    [
      "UTF-16",
      "not-utf8",
      (folder) => writeFile(join(folder, "a.yaml"), Buffer.from(`\ufeff${database("a")}`, "utf16le")),
    ],
    [
      "UTF-16 without a mark",
      "not-utf8",
      (folder) => writeFile(join(folder, "a.yaml"), Buffer.from(database("a"), "utf16le")),
    ],
    ["UTF-32", "not-utf8", (folder) => writeFile(join(folder, "a.yaml"), Buffer.from([255, 254, 0, 0, 45, 0, 0, 0]))],
    ["Latin-1", "not-utf8", (folder) => writeFile(join(folder, "a.yaml"), Buffer.from("# é\n", "latin1"))],
  ])("%s", async (_, code, make, path = "") => {
    const folder = await tempFolder();
    await make(folder);
    expect(await problemsOf(loadMigrations(join(folder, path), { env: {} }))).toMatchObject([{ code }]);
  });

  test("the location of a byte that is not UTF-8 is named", async () => {
    const folder = await tempFolder();
    const bytes = Buffer.concat([Buffer.from("# ä\r\n- id: é😀"), Buffer.from([0xff]), Buffer.from("\n")]);
    await writeFile(join(folder, "a.yaml"), bytes);
    const [problem] = await problemsOf(loadMigrations(folder));
    expect(problem).toMatchObject({ line: 2, column: 9, message: expect.stringContaining("0xff") });
  });
});

describe("a step", () => {
  test("has everything that is known about it", async () => {
    const step = await loadStep(
      "# first\n- description: The swarm.\n  id: swarm-1.0_x\n  ensureDatabase: { name: swarm }\n",
    );
    expect(step).toMatchObject({
      id: "swarm-1.0_x",
      kind: "ensureDatabase",
      description: "The swarm.",
      desired: { name: "swarm", partitioned: false },
      allowDestroy: false,
      position: { line: 3, column: 7 },
    });
  });

  test.each([
    ["removeThing: { name: a, allowDestroy: true }", { desired: { name: "a" }, allowDestroy: true }],
    ["removeThing: { name: a, allowDestroy: false }", { desired: { name: "a" }, allowDestroy: false }],
    ["removeThing: { name: a }", { desired: { name: "a" }, allowDestroy: false }],
  ])("%s", async (spec, expected) => {
    const step = await loadStep(`- id: x\n  ${spec}\n`, { kinds });
    expect(step).toMatchObject(expected);
    expect(step.checksum).toBe((await loadStep("- id: x\n  removeThing: { name: a }\n", { kinds })).checksum);
  });

  test("what must be true before it begins is no part of its checksum", async () => {
    const step = "- id: x\n  removeThing: { name: a }\n";
    const guarded = await loadStep(`${step}  require: { documents: { atMost: 100 }, couchdb: ">=3.3" }\n`, { kinds });
    expect(guarded).toMatchObject({
      desired: { name: "a" },
      require: { documents: { atMost: 100 }, couchdb: ">=3.3" },
      checksum: (await loadStep(step, { kinds })).checksum,
    });
  });

  test.each([
    [
      "aliases",
      "- id: x\n  ensureThing: { tags: &t [a, b], anything: *t }\n",
      { tags: ["a", "b"], anything: ["a", "b"] },
    ],
    ["`no` is text", "- id: x\n  ensureThing: { tags: [no, yes, on, ~a] }\n", { tags: ["no", "yes", "on", "~a"] }],
    [
      "keys are text",
      "- id: x\n  ensureThing: { anything: { 1: a, true: b, 1.10: c } }\n",
      { anything: { 1: "a", true: "b", "1.10": "c" } },
    ],
    ["a literal <<", '- id: x\n  ensureThing: { anything: { "<<": a } }\n', { anything: { "<<": "a" } }],
    [
      "numbers",
      "- id: x\n  ensureThing: { anything: [1, -2.5, 1e3, 0x10, 9007199254740991] }\n",
      { anything: [1, -2.5, 1000, 16, 9007199254740991] },
    ],
  ])("%s", async (_, text, desired) => {
    expect((await loadStep(text, { kinds })).desired).toEqual({ ready: false, ...desired });
  });

  test("`check` reports the location of the field", async () => {
    const text = "- id: x\n  ensureFiles:\n    from: checked\n";
    expect(await problemsOf(load({ "a.yaml": text }, { kinds }))).toMatchObject([
      { code: "checked", line: 3, column: 11 },
    ]);
  });

  test.each([
    ["a name", "{ labels: { A1: x } }", "bad-name 2:28"],
    ["a missing field of an alternative", "{ login: { usr: a } }", "missing-field 2:18,unknown-field 2:27"],
    ["no alternative", "{ login: 7 }", "wrong-type 2:25"],
  ])("what does not fit the schema: %s", async (_, fields, expected) => {
    const problems = await problemsOf(load({ "a.yaml": `- id: x\n  ensureThing: ${fields}\n` }, { kinds }));
    expect(problems.map(({ code, line, column }) => `${code} ${line}:${column}`).join()).toBe(expected);
  });
});

describe("files that a step names", () => {
  const files = (from: string) => ({ "001.yaml": `- id: x\n  ensureFiles:\n    from: ${from}\n` });

  test("are found from the migration file's folder, not from the target of its link", async () => {
    const folder = await mountedConfigMap({ "001.yaml": files("../design/a.txt")["001.yaml"] });
    await mkdir(join(folder, "../design"));
    await writeFile(join(folder, "../design/a.txt"), "\ufeffa\r\n");
    expect((await loadMigrations(folder, { kinds })).steps[0]?.desired).toMatchObject({ content: "a\n" });
  });

  test("a folder's entries are in code-unit order, without the ConfigMap's internal ones", async () => {
    const folder = await tempFolder(files("design"));
    const design = await mountedConfigMap({ "b.js": "", "a.js": "", "B.js": "" });
    await mkdir(join(design, "views"));
    await rename(design, join(folder, "design"));
    const { steps } = await loadMigrations(folder, { kinds });
    expect(steps[0]?.desired).toEqual({
      entries: [
        { name: "B.js", folder: false },
        { name: "a.js", folder: false },
        { name: "b.js", folder: false },
        { name: "views", folder: true },
      ],
    });
  });

  test.each<[string, string, (folder: string) => Promise<unknown>]>([
    ["missing", "missing-file 001.yaml 3:11", async () => {}],
    ["not UTF-8", "not-utf8 x 1:2", (folder) => writeFile(join(folder, "x"), Buffer.from([97, 255, 98, 99]))],
    ["too large", "file-too-large 001.yaml 3:11", (folder) => sparse(join(folder, "x"), 50_000_000)],
    ["bad", "bad-content x 1:4", (folder) => writeFile(join(folder, "x"), "bad content")],
    ["a folder with a link to itself", "link-loop 001.yaml 3:11", (folder) => circle(join(folder, "x"))],
  ])("%s", async (_, expected, make) => {
    const folder = await tempFolder(files("x"));
    await make(folder);
    const problems = await problemsOf(loadMigrations(folder, { kinds }));
    const said = problems.map(({ file, code, line, column }) => `${code} ${basename(file)} ${line}:${column}`);
    expect(said).toEqual([expected]);
  });
});

/** A mounted ConfigMap: each name is a link through `..data` to a folder named after the time. */
async function sparse(path: string, size: number): Promise<void> {
  await writeFile(path, "");
  await truncate(path, size);
}

async function circle(path: string): Promise<void> {
  await mkdir(path);
  await symlink(".", join(path, "again"));
}
