/** The site's configuration; `npm run site:test` checks the built site in a browser. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describe as describePage } from "../../site/describe.js";
import { target } from "../../site/links.js";
import { address, groups, markdown, pages, title } from "../../site/pages.js";
import { type Item, sidebar } from "../../site/sidebar.js";
import { root } from "../support/cli.js";

describe("the sidebar", () => {
  it.each(["README.md", "CHANGELOG.md", "VERSIONING.md", "SECURITY.md", ...markdown("docs"), ...markdown("examples")])(
    "has %s, once",
    (file) => {
      expect(
        pages.filter((page) => page === file),
        "add it to a group in site/pages.ts",
      ).toEqual([file]);
    },
  );

  it("has only files that exist", () => {
    expect(pages.filter((page) => !existsSync(join(root, page)))).toEqual([]);
  });

  it("gives each page its own address", () => {
    expect(new Set(pages.map(address)).size).toBe(pages.length);
  });

  it("calls each page by its heading", () => {
    expect(title("docs/errors.md")).toBe("Errors and exit codes");
    expect(pages.filter((page) => title(page) === page)).toEqual([]);
  });

  it("has a folder's pages below the folder's README", () => {
    const examples = sidebar().find(({ text }) => text === "Examples");
    const kubernetes = examples?.items?.find(({ link }) => link === "/examples/kubernetes/");
    expect(kubernetes?.items?.map(({ link }) => link)).toContain("/examples/kubernetes/job/");
  });

  it("leads to every page", () => {
    const links = (items: readonly Item[]): (string | undefined)[] =>
      items.flatMap(({ link, items: inner = [] }) => [...(link ? [link] : []), ...links(inner)]);
    expect(links(sidebar()).sort()).toEqual(groups.flatMap((group) => group.pages.map(address)).sort());
  });
});

describe("a link", () => {
  const repository = "https://github.com/hive/couchdb-migrate";
  it.each([
    ["README.md", "docs/steps.md", "/steps"],
    ["docs/kubernetes.md", "older-files.md#renamed-steps", "/older-files#renamed-steps"],
    ["docs/decisions/0001-ledger.md", "../lease.md", "/lease"],
    ["docs/kubernetes.md", "../examples/kubernetes/README.md", "/examples/kubernetes/"],
    ["examples/tenants/README.md", "../../README.md#install", "/#install"],
    ["docs/library.md", "#types", "#types"],
    ["docs/library.md", "https://couchdb.apache.org/", "https://couchdb.apache.org/"],
    ["README.md", "examples/github/plan.yml", `${repository}/blob/main/examples/github/plan.yml`],
    ["docs/architecture.md", "../CONTRIBUTING.md#tests", `${repository}/blob/main/CONTRIBUTING.md#tests`],
  ])("of %s to %s leads to %s", (file, link, expected) => {
    expect(target(file, link, { pages, repository })).toBe(expected);
  });

  it("to a file without a page is plain text while the repository is unknown", () => {
    expect(target("README.md", "LICENSE", { pages })).toBeUndefined();
  });
});

describe("the description of a page", () => {
  it.each([
    ["a short text", "Errors. All of them.", "Errors. All of them."],
    ["the sentences that fit", `It works. ${"Very ".repeat(40)}well.`, "It works."],
    ["the beginning of a long sentence", "word ".repeat(40).trim(), `${"word ".repeat(32)}…`],
    ["a sentence before its list", `It works: ${"very ".repeat(40)}well.`, "It works."],
  ])("is %s", (_, text, expected) => expect(describePage(text)).toBe(expected));
});
