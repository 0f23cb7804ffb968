import { readFileSync } from "node:fs";
import { join } from "node:path";
import { slug as anchor } from "github-slugger";
import { defineConfig } from "vitepress";
import { placeholder, slugOf } from "../../scripts/release/owner.mjs";
import { asOnGitHub } from "../markdown.js";
import { address, pages, rewrite, root } from "../pages.js";
import { sidebar } from "../sidebar.js";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { name, description } = manifest;
const slug = slugOf(manifest);
// Nothing leads to the repository while nobody knows where it is.
const repository = slug.startsWith(`${placeholder}/`) ? undefined : `https://github.com/${slug}`;
// The files and folders of the repository that have pages.
const parts = [...new Set(pages.map((file) => file.split("/")[0]))].join("|");

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#3451b2"/>' +
  '<path d="M8 10h16M8 16h16M8 22h9" stroke="#fff" stroke-width="3.2" stroke-linecap="round"/></svg>';

export default defineConfig({
  title: name,
  description,
  lang: "en",
  // GitHub Pages serves a project below its name. SITE_BASE=/ is for a domain of its own.
  base: process.env.SITE_BASE || `/${name}/`,
  cleanUrls: true,

  srcDir: root,
  srcExclude: [`!(${parts})`, `!(${parts})/**/*`],
  rewrites: rewrite,
  outDir: join(root, "site/dist"),
  cacheDir: join(root, "site/node_modules/.cache/vitepress"),

  // An icon that needs no request.
  head: [["link", { rel: "icon", type: "image/svg+xml", href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  markdown: {
    // The pages are written for GitHub, so nothing is on that only VitePress understands.
    attrs: { disable: true },
    anchor: { slugify: anchor },
    config: (md) => asOnGitHub(md, { pages, repository }),
  },
  vite: {
    publicDir: false,
    plugins: [
      {
        name: "vue-of-this-folder",
        enforce: "pre",
        // The pages are above this folder, where its packages are not found. The server's bundle leaves them outside.
        resolveId(id, _importer, { ssr }) {
          if (!/^vue(\/server-renderer)?$/.test(id)) return;
          return ssr ? { id, external: true } : this.resolve(id, join(root, "site/package.json"));
        },
      },
    ],
  },

  themeConfig: {
    search: {
      provider: "local",
      options: {
        // Where tags are stripped, the name of a code block's language must not run into its first word.
        _render: (text, env, md) => md.render(text, env).replaceAll(/<span class="lang">.*?<\/span>/g, " "),
      },
    },
    outline: [2, 3],
    nav: [
      { text: "Steps", link: address("docs/steps.md") },
      { text: "Settings", link: address("docs/settings.md") },
      { text: "Errors", link: address("docs/errors.md") },
      ...(repository ? [{ text: "GitHub", link: repository }] : []),
    ],
    sidebar: sidebar(),
    ...(repository && { editLink: { pattern: `${repository}/edit/main/:path` } }),
    notFound: {
      title: "Page not found",
      quote: "There is no page at this address. The search above finds words on all pages.",
      linkText: "Go to the overview",
      linkLabel: "Go to the overview",
    },
    externalLinkIcon: true,
  },
});
