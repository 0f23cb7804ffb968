/** The command `reset`, on the embedded server with a folder, and on servers that it refuses. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, it, onTestFinished } from "vitest";
import * as library from "../../src/index.js";
import { startEmbedded } from "../support/embedded.js";
import { must, request } from "../support/request.js";
import { type CallOptions, call } from "./call.js";

const files = { "migrations/001.yaml": "- { id: zerglings, ensureDatabase: { name: zerglings } }\n" };
const engine = { loadMigrations: library.loadMigrations, apply: library.apply };
const run = (line: string, options: CallOptions = {}) => call(line.split(" "), { env: {}, files, engine, ...options });

/** A terminal on which these keys are pressed, one for each question. */
function terminal(...keys: string[]): NodeJS.ReadStream {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => {
      modes.push(raw);
      const key = raw ? keys.shift() : undefined;
      if (key !== undefined) setImmediate(() => input.write(key));
    },
  });
  onTestFinished(() => expect(modes.at(-1) ?? false).toBe(false));
  return input as unknown as NodeJS.ReadStream;
}

const config = (environment: string) => ({
  "couchdb-migrate.yaml": `environments:\n  dev:\n    url: http://couchdb.invalid:1\n${environment}`,
});

// biome-ignore format: one call per line
it.each<[string, CallOptions, number, string]>([
  ["reset", {}, 3, "reset asks on a terminal; without one, it needs --yes"],
  ["reset --yes", { files: { "migrations/001.yaml": "- { id: a, ensureNothing: {} }\n" } }, 3, "ensureNothing"],
  ["reset --yes --url http://couchdb.invalid:1", {}, 3, "couchdb.invalid:1 is neither on this machine nor the `url` of an environment"],
  ["reset --yes --environment dev", { files: { ...files, ...config("") } }, 3, "error[not-development]"],
  ["reset --yes --environment dev", { files: { ...files, ...config("    development: false\n") } }, 3, "error[not-development]"],
  ["reset --yes --environment dev", { files: { ...files, ...config("    development: nearly\n") } }, 3, "development must be `true` or `false`"],
  ["reset --yes --url http://production.invalid:1 --environment dev", { files: { ...files, ...config("    development: true\n") } }, 3, "error[not-development]"],
  ["reset --yes --environment dev", { env: { COUCHDB_URL: "http://couchdb.invalid:2" }, files: { ...files, ...config("    development: true\n") } }, 3, "error[not-development]"],
  ["reset --yes --wait 1ms --environment dev", { env: { COUCHDB_URL: "http://a:b@couchdb.invalid:1" }, files: { ...files, ...config("    development: true\n") } }, 4, "error[unreachable]"],
  ["reset --yes --wait 1ms --environment dev", { files: { ...files, ...config("    development: true\n") } }, 4, "error[unreachable]"],
  ["reset --yes --data migrations/001.yaml/data", {}, 1, "migrations/001.yaml/data"],
])("%s: case %#", async (line, options, code, said) => {
  const { stdout, stderr, ...called } = await run(line, options);
  expect(stdout + stderr).toContain(said);
  expect(called.code).toBe(code);
});

it("keeps the data of the embedded server in a folder that is not committed", async () => {
  const first = await run("reset --yes");
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining("applied zerglings")]);
  expect(first.stdout).toContain("Nothing to remove from the embedded server.");
  expect(await readFile(join(first.folder, ".couchdb-migrate/dev/.gitignore"), "utf8")).toBe("*\n");
  const again = await run(`reset --format json --yes --data ${join(first.folder, ".couchdb-migrate/dev")}`);
  expect(JSON.parse(again.stdout)).toMatchObject({
    removed: { databases: [{ name: "zerglings", documents: 0 }] },
    applied: { applied: ["zerglings"] },
  });
  for (const { stderr } of [first, again]) expect(stderr.match(/connected to/g)).toHaveLength(1);
});

it("asks on a terminal, and removes nothing unless the answer is y", async () => {
  const server = await startEmbedded();
  onTestFinished(() => server.close());
  const { admin, url } = server;
  const line = `reset --url ${url}`;
  const env = { COUCHDB_USERNAME: admin.name, COUCHDB_PASSWORD: admin.password };
  await run(`${line} --yes`, { env });
  await must(server, "PUT", "/zerglings/of-the-application", { body: {} });
  const stdin = terminal("n", "y");
  const refused = await run(line, { env, stdin: () => stdin });
  expect([refused.code, refused.stdout]).toEqual([
    0,
    `Would be removed from ${url}:\n  - database zerglings, with 1 document\nRemove all of it? [y/N] n\n`,
  ]);
  expect((await request(server, "GET", "/zerglings/of-the-application")).status).toBe(200);
  const agreed = await run(line, { env, stdin: () => stdin });
  expect(agreed.stdout).toContain(`[y/N] y\nRemoved from ${url}:\n  - database zerglings, with 1 document\n`);
  expect((await request(server, "GET", "/zerglings/of-the-application")).status).toBe(404);
  expect((await request(server, "GET", "/zerglings")).status).toBe(200);
});
