/**
 * A signal ends a run as a pod should end: between two steps, with the lease released, the reason reported, and exit
 * code 7.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningCli, startCli } from "../support/cli.js";
import { type Recorded, type RecordingProxy, startProxy } from "../support/proxy.js";
import { type Addressed, must, request } from "../support/request.js";
import { type CouchNode, canStartNodes, onNodes, startCouchDB, startEmbedded } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

const files = {
  "migrations/001.yaml": ["overlord", "zergling", "hydralisk"]
    .map((name) => `- id: ${name}\n  ensureDatabase:\n    name: ${name}\n`)
    .join(""),
};
const isPut = (path: string) => (one: Recorded) => one.method === "PUT" && one.path.split("?")[0] === path;

let server: Addressed & { close(): Promise<void> };
let proxy: RecordingProxy;
beforeAll(async () => {
  server = canStartNodes ? await startCouchDB() : await startEmbedded({ admins: { admin: "secret" } });
  proxy = await startProxy(server.url);
});
afterAll(async () => {
  await proxy.close();
  await server.close();
});
beforeEach(async () => {
  proxy.reset();
  for (const name of await must(server, "GET", "/_all_dbs")) {
    if (!name.startsWith("_")) await must(server, "DELETE", `/${name}`);
  }
});

interface Running extends RunningCli {
  /** Resolves once stderr contains it. */
  says(text: string): Promise<void>;
  said(): Promise<string>;
}

async function start(...flags: string[]): Promise<Running> {
  const cwd = await tempFolder(files);
  const url = proxy.url.replace("//", "//admin:secret@");
  // One step after another, so that the next one is known.
  const args = ["apply", "--concurrency", "1", "--termination-log", "termination.log", "--format", "json", ...flags];
  const running = startCli(args, { cwd, env: { COUCHDB_URL: url } });
  return {
    ...running,
    says: (text) =>
      new Promise((resolve) => {
        let heard = "";
        running.child.stderr?.on("data", (part) => {
          heard += part;
          if (heard.includes(text)) resolve();
        });
      }),
    said: () => readFile(join(cwd, "termination.log"), "utf8"),
  };
}

async function lease(): Promise<{ holder: string | null; nonce: string } | undefined> {
  const { status, body } = await request(server, "GET", "/couchdb-migrate/lease-default");
  return status === 404 ? undefined : body;
}

// Each starts processes, which is slow on a busy machine.
describe("a run that is told to stop", { timeout: 180_000 }, () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "finishes what is under way and starts no other step (%s)",
    async (signal) => {
      const run = await start("--holder", "hatchery-0");
      let during: string | null | undefined;
      proxy.faultWhen(isPut("/overlord"), {
        during: async () => {
          during = (await lease())?.holder;
          run.child.kill(signal);
          await sleep(300);
        },
      });
      const { code, stdout, stderr } = await run.result;
      expect(code, stderr).toBe(7);
      expect(during).toBe("hatchery-0");
      expect(JSON.parse(stdout)).toMatchObject({ applied: ["overlord"], notReached: ["zergling", "hydralisk"] });
      expect(await must(server, "GET", "/_all_dbs")).toEqual(expect.not.arrayContaining(["zergling", "hydralisk"]));
      expect(await lease()).toMatchObject({ holder: null });
      expect(await run.said()).toMatch(/^interrupted: .+\n$/);
      // What was done is recorded, so that the next run continues.
      const next = await (await start()).result;
      expect(JSON.parse(next.stdout)).toMatchObject({ applied: ["zergling", "hydralisk"], unchanged: ["overlord"] });
    },
  );

  it("ends while it waits for CouchDB", async () => {
    proxy.faultWhen(() => true, { status: 503 }, Number.POSITIVE_INFINITY);
    const run = await start();
    await run.says("waiting for CouchDB");
    run.child.kill("SIGTERM");
    expect(await run.result).toMatchObject({ code: 7 });
    expect(await run.said()).toMatch(/^interrupted: .+\n$/);
    expect(proxy.writes()).toEqual([]);
  });

  it("ends while it waits for the lease, which its holder keeps", async () => {
    await must(server, "PUT", "/couchdb-migrate");
    const theirs = { holder: "hatchery-1", nonce: "n", token: 4, since: new Date().toISOString(), ttl: 600_000 };
    await must(server, "PUT", "/couchdb-migrate/lease-default", { body: theirs });
    const run = await start("--lease-ttl", "10m");
    await run.says("hatchery-1");
    run.child.kill("SIGTERM");
    expect(await run.result).toMatchObject({ code: 7 });
    expect(await run.said()).toMatch(/^interrupted: .+\n$/);
    expect(await lease()).toMatchObject(theirs);
  });

  it("ends before it has started", async () => {
    // As early as a signal can be handled.
    const preload = `process.on("newListener", (name) => name === "SIGTERM" && setImmediate(() => process.kill(process.pid, name)))`;
    const cwd = await tempFolder(files);
    const { result } = startCli(["apply", "--termination-log", "termination.log"], {
      cwd,
      env: { COUCHDB_URL: proxy.url, NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(preload)}"` },
    });
    expect(await result).toMatchObject({ code: 7 });
    expect(proxy.writes()).toEqual([]);
    expect(await readFile(join(cwd, "termination.log"), "utf8")).toMatch(/^interrupted: /);
  });

  it("ends while the embedded server computes", async () => {
    const spec = 'selector: { t: { $regex: "^(a+)+$" } }, set: { /legs: 6 }';
    const cwd = await tempFolder({
      "migrations/001.yaml": `
        - { id: one, ensureDatabase: { name: zerglings } }
        - { id: two, ensureDocuments: { database: zerglings, docs: [{ _id: abathur, t: ${"a".repeat(60)}b }] } }
        - { id: three, transformDocuments: { database: zerglings, ${spec} } }`,
    });
    const preload = `
      import { writeSync } from "node:fs";
      import { Server } from "node:http";
      const { emit } = Server.prototype;
      Server.prototype.emit = function (event, request, ...rest) {
        if (event === "request" && request.url.includes("_find")) writeSync(2, "asked\\n");
        return emit.call(this, event, request, ...rest);
      };`;
    const env = { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(preload)}"` };
    const { child, result } = startCli(["apply", "--sandbox", "--termination-log", "termination.log"], { cwd, env });
    child.stderr?.on("data", (text) => text.includes("asked") && !child.killed && child.kill("SIGTERM"));
    const { code, stderr } = await result;
    // The query is aborted after a moment: a step that fails because of that has failed, and is not interrupted.
    expect([1, 7], stderr).toContain(code);
    expect(await readFile(join(cwd, "termination.log"), "utf8")).toMatch(/^(?:Failed: three|interrupted)/);
  });

  it("ends immediately on a second signal, and says so", async () => {
    const run = await start();
    proxy.faultWhen(isPut("/overlord"), {
      before: async () => {
        run.child.kill("SIGTERM");
        await sleep(200);
        run.child.kill("SIGTERM");
        await run.result;
      },
    });
    expect(await run.result).toMatchObject({ code: 7, stdout: "" });
    expect(await run.said()).toMatch(/^interrupted: the run was stopped immediately/);
    expect(await lease()).toMatchObject({ holder: expect.any(String) });
  });
});

onNodes("a run that is told to stop while CouchDB hangs", () => {
  // Each request may take five minutes here: only the signal ends the run.
  it("still ends", async () => {
    const node = server as unknown as CouchNode;
    const run = await start("--request-timeout", "5m", "--lease-ttl", "50m");
    proxy.faultWhen(isPut("/overlord"), {
      during: () => {
        node.pause();
        run.child.kill("SIGTERM");
      },
    });
    try {
      const { code, stdout, stderr } = await run.result;
      expect(code, stdout + stderr).toBe(7);
      expect(await run.said()).toMatch(/^interrupted: the run was interrupted/);
    } finally {
      node.resume();
    }
  });
});
