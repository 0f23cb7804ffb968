/** Shows the repository's Markdown as GitHub does, so that the files need nothing that only a site understands. */
import { relative } from "node:path";
import type { MarkdownEnv, MarkdownRenderer } from "vitepress";
import { describe } from "./describe.js";
import { type Places, target } from "./links.js";
import { root } from "./pages.js";

type Tokens = ReturnType<MarkdownRenderer["parse"]>;

export function asOnGitHub(md: MarkdownRenderer, places: Places): void {
  md.core.ruler.push("as-on-github", ({ tokens, env }) => {
    // `path` is the page's place on the site, and the file's only where nothing moved it: in the search index.
    const { path, realPath = path, frontmatter } = env as MarkdownEnv & { realPath?: string };
    const file = relative(root, realPath).replaceAll("\\", "/");
    for (const [index, token] of tokens.entries()) {
      if (token.type !== "inline") continue;
      token.children = withLinks(token.children ?? [], (link) => target(file, link, places));
      const parent = tokens[index - 1];
      if (parent?.tag === "td" && token.content.length > 40) parent.attrJoin("class", "long");
    }
    if (frontmatter) Object.assign(frontmatter, facts(tokens));
  });
  for (const rule of ["text", "code_inline"] as const) {
    const render = md.renderer.rules[rule];
    if (render) md.renderer.rules[rule] = (...args) => render(...args).replaceAll("{{", "&#123;&#123;");
  }
}

/** The tokens of a text, with each link led to its target; a link without a target becomes text. */
function withLinks(tokens: Tokens, lead: (link: string) => string | undefined): Tokens {
  let open = true;
  return tokens.filter((token) => {
    if (token.type === "link_close") return open;
    if (token.type !== "link_open") return true;
    const to = lead(token.attrGet("href") ?? "");
    open = to !== undefined;
    if (to !== undefined) token.attrSet("href", to);
    return open;
  });
}

/** What VitePress would take from front matter, which the files don't have. */
function facts(tokens: Tokens) {
  return {
    description: describe(firstParagraph(tokens)),
    // A generated page is edited elsewhere: the comment in its source says where.
    editLink: !tokens.some(
      ({ type, content }) => type === "html_block" && /^<!-- (Generated|Written) by/.test(content),
    ),
    // Without an outline, there is room for a wide table.
    aside: tokens.some(({ type, tag }) => type === "heading_open" && tag === "h2") && mostColumns(tokens) < 6,
  };
}

function mostColumns(tokens: Tokens): number {
  const tables = tokens.map(({ type }) => (type === "thead_open" ? "/" : type === "th_open" ? "|" : "")).join("");
  return Math.max(...tables.split("/").map((columns) => columns.length));
}

function firstParagraph(tokens: Tokens): string {
  const first = tokens.findIndex(({ type, level }) => type === "paragraph_open" && level === 0);
  const parts = tokens[first + 1]?.children ?? [];
  return parts.map(({ type, content }) => (type === "softbreak" ? " " : type === "image" ? "" : content)).join("");
}
