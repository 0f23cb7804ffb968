/** The sidebar: the groups of pages, and below the README of a folder the pages of that folder. */
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

function isBelow(file: string, readme: string): boolean {
  return readme.endsWith("/README.md") && file.startsWith(`${dirname(readme)}/`);
}
