/** Every relative link of the repository's Markdown leads to a file, and to a heading of it. */
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";
import { root } from "../support/cli.js";

const others = new Set(["node_modules", "dist", ".git"]);
const top = (await readdir(root, { withFileTypes: true })).filter(({ name }) => !others.has(name));
const below = top
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => readdir(join(root, name), { recursive: true }));
const folders = top.filter((entry) => entry.isDirectory()).map(({ name }) => name);
const files = [
  ...top.map(({ name }) => name),
  ...(await Promise.all(below)).flatMap((names, i) => names.map((name) => join(folders[i] ?? "", name))),
].filter((name) => name.endsWith(".md"));

const withoutCode = (text: string) => text.replaceAll(/^```.*?^```/gms, "").replaceAll(/`[^`\n]*`/g, "");

/** As GitHub names them. */
function anchors(text: string): string[] {
  const headings = [...text.replaceAll(/^```.*?^```/gms, "").matchAll(/^#+ (.*)$/gm)].map(
    ([, heading = ""]) => heading,
  );
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-"),
  );
}

it.each(files)("%s", async (file) => {
  const text = await readFile(join(root, file), "utf8");
  const broken: string[] = [];
  for (const [, link = ""] of withoutCode(text).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? join(root, file) : join(root, dirname(file), path);
    const found = await stat(target).catch(() => undefined);
    const named = found?.isFile() && anchor !== undefined ? anchors(await readFile(target, "utf8")) : [];
    if (!found || (anchor !== undefined && !named.includes(anchor))) broken.push(`${link} (${relative(root, target)})`);
  }
  expect(broken).toEqual([]);
});
