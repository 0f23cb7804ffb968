/** The messages that docs/troubleshooting.md quotes appear in the source. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { catalogue } from "../../src/contract/errors.js";
import { root } from "../support/cli.js";

const page = await readFile(join(root, "docs/troubleshooting.md"), "utf8");
const files = await readdir(join(root, "src"), { recursive: true });
const texts = files.filter((file) => file.endsWith(".ts")).map((file) => readFile(join(root, "src", file), "utf8"));
const source = (await Promise.all(texts)).join("\n").replaceAll("\\`", "`");

const quotes = [...page.matchAll(/^```text\n(.*?)^```/gms)].flatMap(([, block = ""]) => block.trim().split("\n"));

it.each(quotes)("%s", (quote) => {
  const code = /^error\[(.+?)\]|\[(\S+)\]$/.exec(quote);
  if (code) expect(Object.keys(catalogue)).toContain(code[1] ?? code[2]);
  const fragments = quote
    .replace(/^(error|note|NOT APPLIED)(\[.+?\])?: |\[\S+\]$/g, "")
    .split("…")
    .map((fragment) => fragment.replaceAll(/^[\s,:;.)]+|[\s(]+$/g, ""));
  expect(fragments.filter((fragment) => !source.includes(fragment))).toEqual([]);
});
