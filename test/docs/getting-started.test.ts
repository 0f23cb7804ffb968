/** What docs/getting-started.md tells newcomers to do works: its files are written, its commands are run, in its order. */
import { execFile } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../support/cli.js";
import { type Embedded, startEmbedded } from "../support/embedded.js";
import { tempFolder } from "../support/temp.js";

const run = promisify(execFile);
const page = await readFile(join(root, "docs/getting-started.md"), "utf8");
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language = "", text = ""]) => ({
  language,
  text,
}));

/** The files that the page tells its reader to save, in its order. */
const saved = ["migrations/002-zerglings-views.yaml", "migrations/zerglings.test.yaml", "couchdb-migrate.yaml"];

let server: Embedded;
beforeAll(async () => {
  server = await startEmbedded({ admins: { overmind: "for-development-only" } });
});
afterAll(() => server.close());

it("docs/getting-started.md leads from an empty folder to an applied plan", async () => {
  const tool = `#!/bin/sh\nexec "${process.execPath}" "${join(root, "dist/cli.cjs")}" "$@"\n`;
  const cwd = await tempFolder({ "node_modules/.bin/couchdb-migrate": tool });
  await chmod(join(cwd, "node_modules/.bin/couchdb-migrate"), 0o755);
  const names = [...saved];
  let path = process.env.PATH ?? "";
  let output = "";
  for (const { language, text } of blocks) {
    const here = text.replaceAll("http://127.0.0.1:5984", server.url);
    if (language === "yaml") await writeFile(join(cwd, names.shift() ?? "too-many.yaml"), here);
    if (language === "ini") await writeFile(join(cwd, ".env.production"), here);
    if (language !== "bash") continue;
    const { stdout } = await run("bash", ["-euc", here], { cwd, env: { PATH: path } }).catch(({ stdout, stderr }) =>
      expect.fail(`${text}${stdout}${stderr}`),
    );
    path = `${join(cwd, "node_modules/.bin")}:${path}`;
    output += stdout;
  }
  expect(names).toEqual([]);
  expect(output).toContain("1 file, 3 tests: 3 passed");
  expect(output).toContain("2 files, 2 steps: nothing found");
  expect(output).toContain("2 steps: 2 applied");
  expect(await readFile(join(cwd, "plan.md"), "utf8")).toContain("brood");
});
