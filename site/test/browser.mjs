/** The built site on a local server, and the system's Chromium. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { resolveConfig, serve } from "vitepress";

const site = join(fileURLToPath(import.meta.url), "../..");
const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function openSite() {
  const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
  if (!executablePath)
    throw new Error("no Chromium: install it (apt-get install chromium), or set CHROMIUM to its path");
  const { pages, rewrites, site: settings } = await resolveConfig(site);
  const { server } = await serve({ root: site, port: 0 });
  if (!server.listening) await once(server, "listening");
  const origin = `http://localhost:${server.address().port}`;
  const browser = await chromium.launch({ executablePath });
  const seen = { requests: [], problems: [] };

  return {
    home: origin + settings.base,
    /** The addresses of all pages, relative to the home page. */
    addresses: pages.map((page) => (rewrites.map[page] ?? page).replace(/(index)?\.md$/, "")),
    seen,
    /** A window of its own: nothing is stored in it yet. All that it requests and reports is kept in `seen`. */
    async open(options) {
      const context = await browser.newContext(options);
      context.on("request", (request) => seen.requests.push(request.url()));
      context.on("response", (answer) => {
        if (answer.status() >= 400) seen.problems.push(`${answer.status()}: ${answer.url()}`);
      });
      context.on("weberror", (error) => seen.problems.push(String(error.error())));
      context.on("console", (message) => {
        if (["error", "warning"].includes(message.type()))
          seen.problems.push(`${message.page()?.url()}: ${message.text()}`);
      });
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      return page;
    },
    /** Opens an address, and resolves once the page reacts to the reader. */
    async visit(page, address) {
      const answer = await page.goto(origin + settings.base + address);
      await page.waitForFunction(() => document.querySelector("#app").__vue_app__ !== undefined);
      return answer;
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}
