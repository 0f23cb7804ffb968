/** `dev` as a user runs it, in a process without a terminal, and its screen on an injected one. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import * as library from "../../../src/index.js";
import { main } from "../../../src/main.js";
import { startEmbedded } from "../../support/embedded.js";
import { must, request } from "../../support/request.js";
import { tempFolder } from "../../support/temp.js";
import { call } from "../call.js";

const step = (name: string) => `- { id: ${name}, ensureDatabase: { name: ${name} } }\n`;
const files = {
  "migrations/001.yaml": step("zerglings"),
  "migrations/a.test.yaml":
    "database: zerglings\ntests: [{ name: an admin writes, write: { _id: a }, accepted: true }]\n",
};
const admin = { name: "dev", password: "dev" };

interface Round {
  readonly valid: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: whatever it prints
  readonly [key: string]: any;
}

/** Runs `dev` in this process; `rounds` are its JSON documents, `screens` what it writes to a terminal. */
async function start(folder: string, { args = [], terminal = false }: { args?: string[]; terminal?: boolean } = {}) {
  const stop = new AbortController();
  let text = "";
  let wake = () => {};
  let closed = () => {};
  const stdout = {
    isTTY: terminal,
    columns: 80,
    rows: 24,
    once: (_: string, heard: () => void) => {
      closed = heard;
    },
    write: (more: string) => {
      text += more;
      wake();
    },
  };
  const keys = Object.assign(new PassThrough(), { isTTY: terminal, setRawMode: () => {} });
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  const flags = terminal ? [] : ["--log-format", "json"];
  const ended = main(["dev", "--port", "0", ...flags, ...args], {
    env: { COUCHDB_MIGRATE_TERMINATION_LOG: "none", NO_COLOR: "1" },
    stdin: () => keys as unknown as NodeJS.ReadStream,
    stdout,
    stderr: { write: (more: string) => void process.stderr.write(more) },
    signal: stop.signal,
    engine: async () => library,
  });
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      const done = await Promise.race([new Promise<"more">((resolve) => (wake = () => resolve("more"))), ended]);
      if (done !== "more") throw new Error(`dev ended with ${done}: ${text}`);
    }
  };
  const rounds = () =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Round);
  return {
    /** Resolves with the first round from now on, or the next such one. */
    round: async (isIt: (round: Round) => boolean = () => true, from = rounds().length) => {
      const found = () => rounds().slice(from).find(isIt);
      await until(() => found() !== undefined);
      return found() as Round;
    },
    rounds,
    shows: (what: string) => until(() => text.includes(what)),
    clear: () => {
      text = "";
    },
    press: (key: string) => keys.write(key),
    close: () => closed(),
    stop: () => {
      stop.abort();
      return ended;
    },
    ended,
    text: () => text,
  };
}

test("applies and tests after each save, survives wrong files, and applies what was reverted; the data is kept", async () => {
  const folder = await tempFolder(files);
  const file = join(folder, "migrations/001.yaml");
  const dev = await start(folder);
  expect(await dev.round(undefined, 0)).toMatchObject({
    valid: true,
    applied: { applied: ["zerglings"] },
    tests: { passed: 2, failed: 0 },
    errors: {},
  });
  await writeFile(file, "- { id: zerglings, ensureNothing: {} }\n");
  expect(await dev.round(({ valid }) => !valid, 0)).toMatchObject({ errors: { files: { code: "invalid-input" } } });
  await writeFile(file, step("zerglings") + step("hydralisks"));
  await dev.round(({ applied }) => applied?.applied[0] === "hydralisks", 0);
  const before = dev.rounds().length;
  await writeFile(file, step("zerglings"));
  // Older files would be skipped.
  expect(await dev.round(({ valid }) => valid, before)).toMatchObject({
    applied: { result: "unchanged" },
    orphans: [{ id: "hydralisks" }],
  });
  expect(await dev.stop()).toBe(0);
  expect(await readFile(join(folder, ".couchdb-migrate/dev/.gitignore"), "utf8")).toBe("*\n");

  const again = await start(folder);
  expect(await again.round(undefined, 0)).toMatchObject({ applied: { result: "unchanged" } });
  expect(await again.stop()).toBe(0);
});

test("on a terminal, it repaints one screen, resets on r, and leaves the cursor on q", async () => {
  const folder = await tempFolder(files);
  const dev = await start(folder, { terminal: true });
  await dev.shows("waiting for changes");
  expect(dev.text().startsWith("\u001b[?25l\u001b[2J\u001b[H")).toBe(true);
  const [, url = ""] = /http:\/\/dev:dev@([\d.:]+)/.exec(dev.text()) ?? [];
  const server = { url: `http://${url}`, admin };
  await must(server, "PUT", "/zerglings/of-the-application", { body: {} });
  dev.clear();
  dev.press("r");
  await dev.shows("removed: 1 database with 1 document");
  await dev.shows("waiting for changes");
  expect((await request(server, "GET", "/zerglings/of-the-application")).status).toBe(404);
  expect((await request(server, "GET", "/zerglings")).status).toBe(200);
  // Only repaints: nothing scrolls.
  expect(
    dev
      .text()
      .split("\u001b[H")
      .every((screen) => screen.split("\n").length <= 24),
  ).toBe(true);
  dev.press("q");
  expect(await dev.ended).toBe(0);
  expect(dev.text().endsWith("\n\u001b[?25h")).toBe(true);
});

test("refuses a server that is neither on this machine nor declared for development", async () => {
  const { code, stderr } = await call(["dev", "--url", "http://couchdb.invalid:1"], { files, env: {} });
  expect([code, stderr]).toEqual([3, expect.stringContaining("error[not-development]")]);
});

test("a CouchDB that is away is reported, and tried again", async () => {
  const server = await startEmbedded({ admins: { dev: "dev" } });
  const { port } = new URL(server.url);
  await server.close();
  const folder = await tempFolder(files);
  const dev = await start(folder, { args: ["--url", `http://dev:dev@127.0.0.1:${port}`, "--wait", "1ms"] });
  expect(await dev.round(undefined, 0)).toMatchObject({ errors: { apply: { code: "unreachable" } } });
  const { startSandbox } = await import("../../../sandbox/index.js");
  const back = await startSandbox({ admins: { dev: "dev" }, port: Number(port) });
  onTestFinished(() => back.close());
  await dev.round(({ applied }) => applied?.applied[0] === "zerglings", 0);
  expect(await dev.stop()).toBe(0);
});

test("ends when nobody reads its output any more", async () => {
  const dev = await start(await tempFolder(files));
  await dev.round(({ valid }) => valid, 0);
  dev.close();
  expect(await dev.ended).toBe(0);
});
