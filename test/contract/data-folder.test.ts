/** The embedded server with a folder for its data. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startSandbox } from "../../sandbox/index.js";
import { must, request } from "../support/request.js";
import { tempFolder } from "../support/temp.js";

const admin = { name: "admin", password: "secret" };

async function start(folder: string) {
  const { url, close } = await startSandbox({ admins: { admin: "secret" }, folder });
  return { url, admin, close };
}

/** What a client sees of the server. */
async function stateOf(server: Awaited<ReturnType<typeof start>>) {
  const paths = [
    "/_all_dbs",
    "/zerglings",
    "/zerglings/_changes?include_docs=true&conflicts=true&attachments=true",
    "/zerglings/_all_docs?include_docs=true",
    "/zerglings/_local/checkpoint",
    "/zerglings/_security",
    "/zerglings/_revs_limit",
    "/zerglings/_design/a/_view/a",
    "/zerglings/b?open_revs=all&revs=true",
    "/zerglings/with-file/file",
    "/_node/_local/_dbs/zerglings",
    "/_node/_local/_config/log",
    "/_users/_all_docs?include_docs=true",
  ];
  return Promise.all(paths.map(async (path) => [path, (await request(server, "GET", path)).body]));
}

async function fill(server: Awaited<ReturnType<typeof start>>): Promise<void> {
  const put = (path: string, body?: unknown) => must(server, "PUT", path, body === undefined ? {} : { body });
  await put("/zerglings?partitioned=false&q=4");
  await put("/deleted");
  await must(server, "DELETE", "/deleted");
  const { rev } = await put("/zerglings/a", { text: "é\n" });
  await must(server, "DELETE", `/zerglings/a?rev=${rev}`);
  for (const hash of ["aa", "bb"]) {
    const docs = [{ _id: "b", _rev: `1-${hash.repeat(16)}`, hash }];
    await must(server, "POST", "/zerglings/_bulk_docs", { body: { docs, new_edits: false } });
  }
  const data = Buffer.from([0, 255, 10]).toString("base64");
  await put("/zerglings/with-file", { _attachments: { file: { content_type: "image/png", data } } });
  await put("/zerglings/_local/checkpoint", { at: 7 });
  await put("/zerglings/_security", { members: { roles: ["drone"] }, admins: {} });
  await put("/zerglings/_revs_limit", 50);
  await put("/zerglings/_design/a", { views: { a: { map: "function (doc) { emit(doc._id); }" } } });
  await put("/_node/_local/_config/log/level", "debug");
  await put("/_users/org.couchdb.user:k", { name: "k", type: "user", roles: [], password: "zerg" });
}

test("a server that starts again has the same data", async () => {
  const folder = await tempFolder();
  const first = await start(folder);
  await fill(first);
  const before = await stateOf(first);
  await first.close();
  for (let round = 1; round <= 2; round += 1) {
    const again = await start(folder);
    expect(await stateOf(again)).toEqual(before);
    expect((await request(again, "GET", "/_session", { as: { name: "k", password: "zerg" } })).status).toBe(200);
    await again.close();
  }
  expect(await readFile(join(folder, ".gitignore"), "utf8")).toBe("*\n");
  expect((await readdir(folder)).filter((name) => name.endsWith(".docs"))).toHaveLength(3);
});

test("a write that was confirmed survives a kill, and half a line in a file of documents is ignored", async () => {
  const folder = await tempFolder();
  const script = await tempFolder({
    "run.cjs": `
const { startSandbox } = require(${JSON.stringify(join(process.cwd(), "dist/sandbox.cjs"))});
startSandbox({ admins: { admin: "secret" }, folder: ${JSON.stringify(folder)} }).then(({ url }) => process.send(url));
`,
  });
  const child = fork(join(script, "run.cjs"));
  const [url] = (await once(child, "message")) as [string];
  const running = { url, admin, close: async () => {} };
  await fill(running);
  const before = await stateOf(running);
  await expect(start(folder)).rejects.toThrow(`process ${child.pid} uses the data folder`);
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  const files = (await readdir(folder)).filter((name) => name.endsWith(".docs"));
  for (const file of files) await appendFile(join(folder, file), '["half');
  const again = await start(folder);
  expect(await stateOf(again)).toEqual(before);
  await again.close();
});
