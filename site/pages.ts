/** The pages of the site: which Markdown files of the repository, in which order, at which addresses. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

export interface Group {
  readonly text: string;
  readonly pages: readonly string[];
  /** Closed until the reader opens it, or one of its pages. */
  readonly collapsed?: boolean;
}

/** The sidebar, by what a reader wants. A page that is missing here fails a test, except examples and decisions. */
export const groups: readonly Group[] = [
  {
    text: "Start",
    pages: ["README.md", "docs/getting-started.md", "docs/life-of-a-step.md", "docs/import.md", "docs/glossary.md"],
  },
  {
    text: "Use",
    pages: [
      "docs/testing.md",
      "docs/dev.md",
      "docs/deploying-views.md",
      "docs/data-migrations.md",
      "docs/lint.md",
      "docs/policies.md",
      "docs/approved-plans.md",
      "docs/environments.md",
      "docs/older-files.md",
      "docs/secrets.md",
      "docs/library.md",
      "docs/sandbox.md",
    ],
  },
  {
    text: "Operate",
    pages: [
      "docs/kubernetes.md",
      "docs/logging-in.md",
      "docs/cloudant.md",
      "docs/verify-a-release.md",
      "docs/troubleshooting.md",
      "docs/permissions.md",
      "SECURITY.md",
      "docs/lease.md",
      "docs/performance.md",
    ],
  },
  {
    text: "Reference",
    pages: [
      "docs/steps.md",
      "docs/couchdb-api.md",
      "docs/settings.md",
      "docs/errors.md",
      "docs/library-reference.md",
      "CHANGELOG.md",
      "VERSIONING.md",
    ],
  },
  { text: "Examples", pages: markdown("examples"), collapsed: true },
  { text: "Decisions", pages: ["docs/architecture.md", ...markdown("docs/decisions")], collapsed: true },
];

/** All pages, in the order of the sidebar. */
export const pages: readonly string[] = groups.flatMap((group) => group.pages);

/** The Markdown files of a folder; a folder's README comes before what is beside and below it. */
export function markdown(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

function place(file: string): string {
  return file.replace(/README\.md$/, "");
}

/** Where the site has the page of a file, as a path of Markdown files: a README is the index of its folder. */
export function rewrite(file: string): string {
  return file
    .replace(/^docs\//, "")
    .replace(/README\.md$/, "index.md")
    .replace(/^[^/]*/, (name) => name.toLowerCase());
}

/** The address of a file's page, below the base path. */
export const address = (file: string) => `/${rewrite(file).replace(/(index)?\.md$/, "")}`;

/** How the sidebar calls a page: by its heading. */
export function title(file: string): string {
  if (file === "README.md") return "Overview";
  const [, heading = file] = /^# (.+)$/m.exec(readFileSync(join(root, file), "utf8")) ?? [];
  return heading.replaceAll("`", "");
}
