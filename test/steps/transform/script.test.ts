import { expect, it } from "vitest";
import { InvalidInput, loadMigrations } from "../../../src/index.js";
import { runCli } from "../../support/cli.js";
import { makeFolder, removeFolder, writeFiles } from "../../support/temp.js";

async function load(script: string, name = "x.mjs"): Promise<readonly object[]> {
  const folder = await makeFolder();
  const yaml = `- id: x\n  transformDocuments: { database: zerglings, script: ${name} }\n`;
  await writeFiles(folder, { "001.yaml": yaml, [name]: script });
  try {
    return (await loadMigrations(folder, { env: {} })).steps;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems;
  } finally {
    await removeFolder(folder);
  }
}

const problems: [title: string, script: string, expected: object, name?: string][] = [
  ["no module", "export default (", { code: "script-syntax", line: 1 }],
  ["no default export", "export const a = 1;", { code: "script-fails" }],
  ["a default export that is not a function", "export default 5;", { code: "script-fails" }],
  [
    "a module that throws",
    'throw new Error("not today");',
    { code: "script-fails", message: expect.stringContaining("not today") },
  ],
  [
    "a relative import",
    'const a = 1;\nimport "./y.mjs";\nexport default () => a;',
    { code: "script-imports", line: 2, column: 1 },
  ],
  ["a package", 'import _ from "lodash";\nexport default _;', { code: "script-imports" }],
  [
    "an import in a function",
    "export default async (d) => (await import('./y.mjs')).f(d);",
    { code: "script-imports" },
  ],
  ["a re-export", 'export { default } from "./y.mjs";', { code: "script-imports" }],
  ["TypeScript", "export default (d: object) => d;", { code: "not-a-script" }, "x.ts"],
];
it.each(problems)("%s", async (_, script, expected, name) =>
  expect(await load(script, name)).toEqual([expect.objectContaining(expected)]),
);

it("the script's text is part of the checksum, and Node's modules are available", async () => {
  const one = await load('import { createHash } from "node:crypto";\nexport default (d) => createHash && d;\n');
  const other = await load('import { createHash } from "node:crypto";\nexport default (d) => createHash || d;\n');
  expect(one).toMatchObject([{ id: "x", checksum: expect.any(String) }]);
  expect((one[0] as { checksum: string }).checksum).not.toBe((other[0] as { checksum: string }).checksum);
});

it("a script is also loaded by the bundled command, where its `import` must not have become a `require`", async () => {
  const folder = await makeFolder();
  const yaml = "- id: x\n  transformDocuments: { database: zerglings, script: x.mjs }\n";
  await writeFiles(folder, { "001.yaml": yaml, "x.mjs": "export default (document) => document;\n" });
  try {
    const { code, stderr } = await runCli(["validate", folder]);
    expect(code, stderr).toBe(0);
  } finally {
    await removeFolder(folder);
  }
});
