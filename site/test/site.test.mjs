/** The built site, in a browser. `npm run build` comes first. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { placeholder } from "../../scripts/release/owner.mjs";
import { openSite } from "./browser.mjs";

const site = await openSite();
after(() => site.close());

const none = (list) => assert.deepEqual([...new Set(list)], []);

describe("every page", () => {
  /** What is on each page, by its address: `{ title, description, headings, ids, links, images }`. */
  const pages = new Map();
  const wide = [];

  before(async () => {
    for (const width of [400, 1400]) {
      const page = await site.open({ viewport: { width, height: 900 } });
      for (const address of site.addresses) {
        await site.visit(page, address);
        const found = await page.evaluate(onPage);
        if (found.width > width) wide.push(`${address} needs ${found.width} of ${width} pixels`);
        pages.set(site.home + address, found);
      }
      await page.context().close();
    }
  });

  it("was found", () => assert.ok(pages.size > 30, String(pages.size)));
  it("fits into the window", () => none(wide));
  it("has one main heading", () => none(having(({ headings }) => headings !== 1)));
  it("has a title of its own", () => none(repeated(({ title }) => title)));
  it("has a description of its own", () => none(repeated(({ description }) => description)));
  it("shows its images", () => none([...pages.values()].flatMap(({ broken }) => broken)));

  it("has links that lead to pages and anchors that exist", () => {
    const links = [...pages].flatMap(([from, { links }]) => links.map((link) => ({ from, link })));
    assert.ok(links.length > 1000, String(links.length));
    none(links.filter(({ link }) => !leads(link)).map(({ from, link }) => `${from}: ${link}`));
  });

  it("has no link to a repository that is not known yet", () => {
    none([...pages.values()].flatMap(({ links }) => links).filter((link) => link.includes(placeholder)));
  });

  function leads(link) {
    const { origin, pathname, hash } = new URL(link);
    if (origin !== new URL(site.home).origin) return link.startsWith("https://");
    const to = pages.get(origin + pathname);
    return to !== undefined && (hash === "" || to.ids.includes(decodeURIComponent(hash.slice(1))));
  }

  function having(condition) {
    return [...pages].filter(([, page]) => condition(page)).map(([address]) => address);
  }

  function repeated(of) {
    const all = [...pages.values()].map(of);
    return all.filter((one, index) => !one || all.indexOf(one) !== index);
  }
});

describe("the search", () => {
  let page;
  before(async () => {
    page = await site.open();
  });
  after(() => page.context().close());

  for (const [query, address] of [
    ["lease", "lease"],
    ["exit codes", "errors"],
    ["ensureDesignDocs", "steps#ensuredesigndocs"],
    ["rolling update", "older-files#older-files"],
    ["initContainer", "#three-uses"],
    ["secret", "secrets"],
    ["renamed step", "older-files#renamed-steps"],
    ["password is refused", "troubleshooting#the-password-is-refused"],
    ["COUCHDB_PASSWORD_FILE", "settings"],
    ["couchdb-bootstrap", "import"],
    ["nano", "library"],
    ["istio", "kubernetes#istio-and-other-meshes"],
    ["rebuild index", "deploying-views"],
    ["changelog", "changelog"],
  ]) {
    it(`finds ${address} for "${query}"`, async () => {
      await site.visit(page, "glossary");
      await page.keyboard.press("Control+k");
      await page.locator("#localsearch-input").fill(query);
      const path = new URL(site.home + address);
      const result = page.locator(`.VPLocalSearchBox a.result[href^="${path.pathname}${path.hash}"]`).first();
      await result.click();
      await page.waitForURL(`${site.home}${address}**`);
    });
  }
});

describe("a reader", () => {
  it("switches to dark mode, and it stays", async () => {
    const page = await site.open({ colorScheme: "light" });
    await site.visit(page, "");
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByRole("switch", { name: "Switch to dark theme" }).click();
    await page.locator("html.dark").waitFor();
    assert.notEqual(await background(), light);
    await site.visit(page, "steps");
    await page.locator("html.dark").waitFor();
    await page.context().close();
  });

  it("gets dark mode from the system", async () => {
    const page = await site.open({ colorScheme: "dark" });
    await site.visit(page, "");
    await page.locator("html.dark").waitFor();
    await page.context().close();
  });

  it("goes from page to page by the sidebar, and on a phone by the menu", async () => {
    for (const width of [400, 1400]) {
      const page = await site.open({ viewport: { width, height: 900 } });
      await site.visit(page, "");
      if (width === 400) await page.locator(".VPLocalNav .menu").click();
      await page.locator(".VPSidebar").getByRole("link", { name: "Errors and exit codes" }).click();
      await page.getByRole("heading", { level: 1, name: "Errors and exit codes" }).waitFor();
      await page.context().close();
    }
  });

  it("who follows a dead link is told so, with status 404", async () => {
    const page = await site.open();
    const known = site.seen.problems.length;
    const answer = await site.visit(page, "no-such-page");
    assert.equal(answer.status(), 404);
    await page.getByText("There is no page at this address").waitFor();
    await page.getByRole("link", { name: "Go to the overview" }).click();
    await page.getByRole("heading", { level: 1, name: "couchdb-migrate" }).waitFor();
    await page.context().close();
    // The browser reports the status.
    site.seen.problems = site.seen.problems.filter((text, index) => index < known || !text.includes("404"));
  });
});

describe("in all of that", () => {
  it("no request goes to another host", () => {
    const { origin } = new URL(site.home);
    assert.ok(site.seen.requests.length > 100);
    none(site.seen.requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith("data:")));
  });

  it("the browser reports no error", () => none(site.seen.problems));
});

/** Runs in the browser. */
function onPage() {
  const all = (selector) => [...document.querySelectorAll(selector)];
  return {
    title: document.title,
    description: document.querySelector('meta[name="description"]')?.content,
    headings: all("h1").length,
    ids: all("[id]").map(({ id }) => id),
    links: all("a[href]").map(({ href }) => href),
    broken: all("img")
      .filter(({ complete, naturalWidth }) => !complete || naturalWidth === 0)
      .map(({ src }) => src),
    width: document.documentElement.scrollWidth,
  };
}
