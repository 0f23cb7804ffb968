import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileName } from "../../src/commands/new-file.js";
import { loadMigrations } from "../../src/migrations/load.js";
import { kindNames } from "../../src/steps/index.js";
import { call } from "./call.js";

test.each<[string, string[], string | undefined]>([
  ["orders", [], "001-orders.yaml"],
  ["Tenant views!", ["001-a.yaml", "007-b.yml", "x.yaml", "099.txt"], "008-tenant-views.yaml"],
  ["orders.yaml", ["0009-a.yaml"], "0010-orders.yaml"],
  ["Überläufer", ["999-a.yaml"], "1000-uberlaufer.yaml"],
  ["../../etc", [], "001-etc.yaml"],
  ["漢", [], undefined],
])("the file for %j after %j is %s", (words, names, file) => {
  expect(fileName(words, names)?.file).toBe(file);
});

test.each(kindNames)("a new file with %s names the schema and is understood", async (kind) => {
  const called = await call(["new", "orders", "--kind", kind], { files: { "migrations/003-a.yaml": "[]" } });
  const path = join("migrations", "004-orders.yaml");
  expect(called).toMatchObject({ code: 0, stdout: `${path}\n` });
  const text = await readFile(join(called.folder, path), "utf8");
  expect(text).toMatch(/^# yaml-language-server: \$schema=https:\S+\/migration\.schema\.json\n/);
  const problems = await loadMigrations(join(called.folder, path), { env: {} }).then(
    () => [],
    (error) => error.problems,
  );
  // An example may name files and variables that are not there.
  expect(problems.filter(({ code }: { code: string }) => !/file|missing-variable/.test(code))).toEqual([]);
});

test.each([
  [
    ["new", "orders", "--kind", "ensureDatabse"],
    "--kind: there is no step kind `ensureDatabse`; did you mean `ensureDatabase`?",
  ],
  [["new", "漢"], "name: `漢` holds no letter from a to z and no digit"],
  [["new", "orders", "file.txt"], "path: file.txt is a file; name a folder"],
])("%j is refused", async (argv, message) => {
  const called = await call(argv, { files: { "file.txt": "" } });
  expect(called.code).toBe(3);
  expect(called.stderr).toContain(message);
});
