/** Links as they are in the Markdown, relative to the file, made to work on the site. */
import { dirname, join } from "node:path/posix";
import { address } from "./pages.js";

export interface Places {
  readonly pages: readonly string[];
  /** The repository's address, if it is known. */
  readonly repository?: string | undefined;
}

/**
 * Where a link in a file leads on the site: to a page, or, for all other files, to the repository. `undefined` while
 * the repository is not known: such a link becomes text.
 */
export function target(file: string, link: string, { pages, repository }: Places): string | undefined {
  if (/^(#|[a-z]+:)/.test(link)) return link;
  const [path = "", anchor] = link.split("#");
  const to = join(dirname(file), path);
  const end = anchor === undefined ? "" : `#${anchor}`;
  if (pages.includes(to)) return address(to) + end;
  return repository && `${repository}/blob/main/${to}${end}`;
}
