/** What the package contains, and that everything its texts name exists. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { expect, it } from "vitest";
import { runCli } from "../support/cli.js";
import { installed } from "../support/installer.js";

const { files, package: folder, program } = await installed();
const read = (path: string) => readFile(join(folder, path), "utf8");

/** Everything that users need, and nothing that only developers of the package need. */
const shipped =
  /^(package\.json|README\.md|CHANGELOG\.md|VERSIONING\.md|LICENSE|docs\/[\w/-]+\.md|docs\/plan\.svg|schemas\/[\w.-]+\.json|examples\/.+|dist\/[\w.-]+\.cjs|dist\/index\.js|dist\/(index\.d\.ts|library\.d\.cts|third-party-notices\.txt|sbom\.cdx\.json)|dist\/types\/(package\.json|.+\.d\.ts))$/;

it("contains what users need, and nothing else", () => {
  expect(files.filter((path) => !shipped.test(path))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "docs/steps.md"]));
});

it("contains every file that package.json names", async () => {
  const { main, types, bin, exports } = JSON.parse(await read("package.json"));
  const named: string[] = JSON.stringify([main, types, bin, exports]).match(/\.\/[^"*]+(?=")/g) ?? [];
  expect(named).toContain(types);
  expect(named.map((path) => path.slice(2)).filter((path) => !files.includes(path))).toEqual([]);
});

it("contains every file that its Markdown links to", async () => {
  const missing: string[] = [];
  for (const file of files.filter((path) => path.endsWith(".md"))) {
    for (const [, link = ""] of (await read(file)).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      const path = join(dirname(file), link);
      if (!files.some((one) => one === path || one.startsWith(`${path}/`))) missing.push(`${file}: ${link}`);
    }
  }
  expect(missing).toEqual([]);
});

it("contains every page and schema that help, schemas, messages and examples name", async () => {
  const { stdout: help } = await runCli(["--help"], { program });
  const texts = [help];
  for (const file of files.filter((path) => /^(dist|schemas|examples)\//.test(path))) texts.push(await read(file));
  const named = texts.flatMap((text) => text.match(/\b(docs\/[\w-]+\.md|schemas\/[\w.-]+\.json)\b/g) ?? []);
  expect(named).toContain("docs/settings.md");
  expect([...new Set(named)].filter((path) => !files.includes(path))).toEqual([]);
});

it("is found by every resolver, as package.json says", async () => {
  const { messages } = await publint({ pkgDir: folder, pack: false, strict: true });
  expect(messages).toEqual([]);
});
