/** Every relative link in the repository's Markdown leads to a file, and to one of its headings. */
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";
import { root } from "../support/cli.js";

const others = new Set(["node_modules", "dist", ".git"]);
const top = (await readdir(root, { withFileTypes: true })).filter(({ name }) => !others.has(name));
const inside = top.map(async (entry) => {
  if (!entry.isDirectory()) return entry.name;
  return (await readdir(join(root, entry.name), { recursive: true })).map((name) => join(entry.name, name));
});
const files = (await Promise.all(inside)).flat().filter((name) => /^(?!.*node_modules).*\.md$/.test(name));

const withoutCode = (text: string) => text.replaceAll(/^```.*?^```/gms, "").replaceAll(/`[^`\n]*`/g, "");

/** Headings as GitHub names their anchors. */
function anchors(text: string): string[] {
  const headings = text.replaceAll(/^```.*?^```/gms, "").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = ""]) =>
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
