/** The sidebar: the groups of pages, and below the README of a folder in a group the pages of that folder. */
import { dirname } from "node:path/posix";
import { address, groups, title } from "./pages.js";

export interface Item {
  readonly text: string;
  readonly link?: string;
  readonly items?: Item[];
  readonly collapsed?: boolean;
}

export const sidebar = (): Item[] =>
  groups.map(({ text, pages, collapsed }) => ({ text, items: items(pages), ...(collapsed && { collapsed }) }));

function items(files: readonly string[]): Item[] {
  const below = (parent: string) => files.filter((file) => file !== parent && isBelow(file, parent));
  const top = files.filter((file) => !files.some((other) => other !== file && isBelow(file, other)));
  return top.map((file) => ({ text: title(file), link: address(file), items: items(below(file)) }));
}

/** The README of a whole group is its first page, and not above the rest of it. */
function isBelow(file: string, readme: string): boolean {
  const folder = dirname(readme);
  return readme.endsWith("/README.md") && folder.includes("/") && file.startsWith(`${folder}/`);
}
