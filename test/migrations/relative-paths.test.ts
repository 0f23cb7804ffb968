/** A problem in a file that a step names is reported with that file's path, relative to the working directory. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadMigrations } from "../../src/migrations/load.js";
import { tempFolder } from "../support/temp.js";
import { problemsOf } from "./support.js";

const kinds: Readonly<Record<string, string>> = {
  documents: "ensureDocuments: { database: db, from: FROM }",
  design: "ensureDesignDocs: { database: db, from: FROM }",
  script: "transformDocuments: { database: db, script: FROM }",
};

test.each<[string, string, string, string?]>([
  ["documents that are held in memory", "documents", "d.json", "[{}]"],
  ["documents that are streamed", "documents", "d.ndjson", "{}"],
  ["documents in a folder", "documents", "data", "{}"],
  ["documents outside of the set", "documents", "../data/d.ndjson", "{}"],
  ["a design document", "design", "doc.json", "{"],
  ["a folder of design documents", "design", "folder", "{"],
  ["a transformation", "script", "x.mjs", "export default function ("],
])("%s: the path of the problem leads to the file", async (_, kind, from, content = "") => {
  const inFolder: Readonly<Record<string, string>> = { data: "data/d.ndjson", folder: "folder/rules/language.json" };
  const folder = await tempFolder({
    "sub/spec/001.yaml": `- id: a\n  ${kinds[kind]?.replace("FROM", from)}\n`,
    [join("sub/spec", inFolder[from] ?? from)]: content,
  });
  const before = process.cwd();
  onTestFinished(() => process.chdir(before));
  process.chdir(folder);
  for (const set of ["sub/spec", "./sub/spec/", "sub/spec/001.yaml", join(folder, "sub/spec")]) {
    for (const { file } of await problemsOf(loadMigrations(set, { env: {} }))) {
      expect(file).not.toMatch(/\.yaml$/);
      expect(existsSync(file), `${set}: ${file}`).toBe(true);
    }
  }
});
