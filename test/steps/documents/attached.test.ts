/** Attachments from files, on the server of the tests. */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { apply, loadMigrations, plan } from "../../../src/index.js";
import { databaseName, uniqueName } from "../../support/databases.js";
import { type Fault, startProxy } from "../../support/proxy.js";
import { type Addressed, must } from "../../support/request.js";
import { onNodes, server, startCouchDB } from "../../support/servers.js";
import { tempFolder } from "../../support/temp.js";

const photo = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) % 251));
const notes = "spawn more overlords\n".repeat(5_000);

interface Files {
  "photo.jpg": Buffer | string;
  "notes.txt": string;
  "empty.txt": string;
}

async function scene({ mode = "overwrite", on = server() }: { mode?: string; on?: Addressed } = {}) {
  const database = databaseName("db", on);
  await must(on, "PUT", `/${database}`);
  const ledgerDatabase = databaseName("ledger", on);
  await must(on, "PUT", `/${ledgerDatabase}`);
  const proxy = await startProxy(on.url);
  onTestFinished(() => proxy.close());
  const folder = await tempFolder({
    "001.yaml": `- id: docs
  ensureDocuments:
    database: ${database}
    mode: ${mode}
    docs:
      - _id: a/b
        legs: 4
        _attachments:
          dir/ü.jpg: { from: photo.jpg }
          notes.txt: { from: notes.txt }
          empty.txt: { from: empty.txt }
          inline.txt: { content_type: text/plain, data: aGVsbG8= }
      - _id: plain
`,
  });
  const write = (files: Partial<Files>) =>
    Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content)));
  await write({ "photo.jpg": photo, "notes.txt": notes, "empty.txt": "" });
  const connection = { url: proxy.url, username: on.admin.name, password: on.admin.password };
  const options = { connection, set: uniqueName("set"), ledgerDatabase };
  const load = () => loadMigrations(folder, { env: {} });
  return {
    proxy,
    write,
    load,
    options,
    apply: async (more = {}) => apply(await load(), { ...options, ...more }),
    plan: async (more = {}) => plan(await load(), { ...options, ...more }),
    stubs: async () => (await must(on, "GET", `/${database}/a%2Fb`))._attachments,
    bytes: async () => {
      const { _attachments } = await must(on, "GET", `/${database}/a%2Fb?attachments=true`);
      const data = Object.entries(_attachments as Record<string, { data: string }>);
      return Object.fromEntries(data.map(([name, one]) => [name, Buffer.from(one.data, "base64").toString("latin1")]));
    },
    put: (members: object) => must(on, "PUT", `/${database}/a%2Fb`, { body: members }),
    get: () => must(on, "GET", `/${database}/a%2Fb`),
  };
}

const whole = {
  "dir/ü.jpg": photo.toString("latin1"),
  "notes.txt": notes,
  "empty.txt": "",
  "inline.txt": "hello",
};

describe("attachments from files", () => {
  it("arrive with their document, in one request; then there is nothing to do", async () => {
    const { proxy, apply, bytes, stubs } = await scene();
    expect((await apply()).failures).toEqual([]);
    expect(await bytes()).toEqual(whole);
    expect(await stubs()).toMatchObject({
      "dir/ü.jpg": { content_type: "image/jpeg", revpos: 1, length: photo.length },
      "notes.txt": { content_type: "text/plain", revpos: 1, length: notes.length },
    });
    expect(proxy.writes().filter(({ path }) => path.includes("a%2Fb"))).toHaveLength(1);
    proxy.reset();
    expect(await apply({ verify: true })).toMatchObject({ applied: [], failures: [] });
    expect(proxy.writes()).toEqual([]);
  });

  it.each(["dir/ü.jpg", "notes.txt"] as const)(
    "drift if a user replaces %s by other bytes of the same length",
    async (name) => {
      const { apply, bytes, get, put } = await scene();
      await apply();
      const { _attachments, ...document } = await get();
      const { content_type, length } = _attachments[name];
      const data = Buffer.alloc(length, "x").toString("base64");
      await put({ ...document, _attachments: { ..._attachments, [name]: { content_type, data } } });
      expect(await apply({ verify: true })).toMatchObject({ applied: ["docs"], failures: [] });
      expect(await bytes()).toEqual(whole);
    },
  );

  it("are not sent again unless they differ", async () => {
    const { proxy, write, apply, bytes, stubs } = await scene();
    await apply();
    const edited = notes.replace("more", "less");
    await write({ "notes.txt": edited });
    proxy.reset();
    expect((await apply()).failures).toEqual([]);
    expect(await bytes()).toEqual({ ...whole, "notes.txt": edited });
    expect(await stubs()).toMatchObject({ "dir/ü.jpg": { revpos: 1 }, "notes.txt": { revpos: 2 } });
    const sent = proxy.writes().find(({ path }) => path.includes("a%2Fb"));
    expect(sent?.bytes).toBeLessThan(notes.length + 2_000);
  });

  it("are shown with digests of one algorithm if they differ, or only with their length", async () => {
    const { write, apply, plan } = await scene();
    await apply();
    const changesAfter = async (files: Partial<Files>) => {
      await write({ "photo.jpg": photo, "notes.txt": notes, ...files });
      return (await plan()).steps[0]?.changes.map(({ path, ...change }) => [path.split("/_attachments/")[1], change]);
    };
    const md5 = (content: Buffer) => `md5-${createHash("md5").update(content).digest("base64")}`;
    const other = Buffer.from(photo).fill(1);
    expect(await changesAfter({ "photo.jpg": other })).toEqual([
      ["dir~1ü.jpg/digest", { before: md5(photo), after: md5(other) }],
    ]);
    const [edited] = (await changesAfter({ "notes.txt": notes.replace("more", "less") })) ?? [];
    const { before = "", after = "" } = (edited?.[1] ?? {}) as { before?: string; after?: string };
    expect(edited?.[0]).toBe("notes.txt/digest");
    expect(before.split("-")[0]).toBe(after.split("-")[0]);
    const longer = await changesAfter({ "notes.txt": `${notes}!` });
    expect(longer?.[0]).toEqual(["notes.txt/length", { before: notes.length, after: notes.length + 1 }]);
    const digests = longer
      ?.slice(1)
      .map(([, change]) => Object.values(change as object).map((one) => one.split("-")[0]));
    expect([[], [["md5", "md5"]]]).toContainEqual(digests);
  });

  it.each<[string, { same?: boolean; type?: string; more?: boolean }]>([
    ["removed", {}],
    ["replaced by others of the same length", { same: true }],
    ["given another type", { type: "a/b" }],
    ["joined by another", { more: true }],
  ])("are repaired with --verify if they were %s", async (_, { same, type, more }) => {
    const { apply, bytes, stubs, get, put, plan } = await scene();
    await apply();
    const { _attachments, ...document } = await get();
    const text = (content: string) => Buffer.from(content).toString("base64");
    const drifted = {
      ...(more ? { ..._attachments, more: { data: text("more") } } : {}),
      ...(type ? { ..._attachments, "notes.txt": { content_type: type, data: text(notes) } } : {}),
      ...(same
        ? { ..._attachments, "notes.txt": { content_type: "text/plain", data: text(notes.toUpperCase()) } }
        : {}),
    };
    await put({ ...document, _attachments: drifted });
    expect((await plan({ verify: true })).steps[0]?.changes.length).toBeGreaterThan(0);
    expect((await apply({ verify: true })).failures).toEqual([]);
    expect(await bytes()).toEqual(whole);
    expect((await stubs())["notes.txt"].content_type).toBe("text/plain");
  });

  it("are kept as they are in a document that exists, with ifMissing", async () => {
    const { apply, plan, put, bytes } = await scene({ mode: "ifMissing" });
    await put({ legs: 4, _attachments: { "notes.txt": { content_type: "text/plain", data: "" } } });
    const { steps } = await plan();
    expect(steps[0]?.kept?.map(({ path }) => path)).toContain("/docs/a~1b/_attachments/notes.txt/length");
    expect((await apply()).failures).toEqual([]);
    expect(await bytes()).toEqual({ "notes.txt": "" });
  });

  it.each<[string, Fault]>([
    ["the request is lost", "lost-before"],
    ["its answer is lost", "lost-after"],
    ["the server answers 500 and did nothing", { status: 500 }],
    ["the server answers 500 and has written", { status: 500, acted: true }],
    ["the server answers 503", { status: 503, body: { error: "service unavailable", reason: "x" } }],
    ["the server limits the rate", { status: 429, body: { error: "too_many_requests", reason: "x" } }],
  ])("arrive once if %s", async (_, fault) => {
    const { proxy, apply, bytes, stubs } = await scene();
    proxy.faultWhen(({ method, path }) => method === "PUT" && path.includes("a%2Fb"), fault);
    expect((await apply()).failures).toEqual([]);
    expect(await bytes()).toEqual(whole);
    expect((await stubs())["dir/ü.jpg"].revpos).toBe(1);
  });

  it("fail the step if a file changed after it was read, and the document is not written", async () => {
    const { write, load, options, get } = await scene();
    const migrations = await load();
    await write({ "notes.txt": notes.toUpperCase() });
    const { failures } = await apply(migrations, options);
    expect(failures).toMatchObject([{ id: "docs", code: "step-failed" }]);
    expect(failures[0]?.message).toContain("notes.txt changed after this run read it first");
    await expect(get()).rejects.toThrow("404");
  });
});

onNodes("a limit of the server", () => {
  it.each<[string, string, string]>([
    ["the size of attachments", "couchdb/max_attachment_size", "attachment_too_large"],
    ["the size of requests", "chttpd/max_http_request_size", "too_large"],
  ])("%s is named", async (_, setting, error) => {
    const node = await startCouchDB();
    onTestFinished(() => node.stop());
    await must(node, "PUT", `/_node/_local/_config/${setting}`, { body: "90000" });
    const { apply } = await scene({ on: node });
    const { failures } = await apply();
    expect(failures).toMatchObject([{ code: "request-failed", message: expect.stringContaining(`(${error}`) }]);
    expect(failures[0]?.next).toContain("max_attachment_size");
  });
});
