/**
 * The image as an engine runs it, with as little as a cluster may give it:
 *
 *   podman build --network host -t couchdb-migrate:0.1.0 .
 *   IMAGE=couchdb-migrate:0.1.0 npx vitest run test/image/engine.test.ts
 *
 * ENGINE is `podman`, or `docker` on Linux: the container shares the network of the machine.
 */
import { spawn } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../support/cli.js";
import { uniqueName } from "../support/databases.js";
import { type RecordingProxy, startProxy } from "../support/proxy.js";
import { type Addressed, must } from "../support/request.js";
import { canStartNodes, startCouchDB, startEmbedded } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

const { IMAGE: image = "", ENGINE: engine = "podman" } = process.env;
const limits = "--network host --memory 64m --read-only --cap-drop ALL --security-opt no-new-privileges".split(" ");
if (engine === "podman") limits.push("--read-only-tmpfs=false");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the engine to its end. */
function run(args: readonly string[]): Promise<Ended> {
  const child = spawn(engine, args, { stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) child[stream].on("data", (text) => (texts[stream] += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...texts }));
  });
}

/** A container that is removed when it ends. `options`: the engine's; `args`: the tool's. */
const contain = (options: readonly string[], ...args: string[]) =>
  run(["run", "--rm", ...limits, ...options, image, ...args]);

const users = ["65532:65532", "12345:0", "0:0"];

describe.skipIf(!image)(image ? "the image" : "the image (left out: IMAGE is not set)", { timeout: 300_000 }, () => {
  let server: Addressed & { close(): Promise<void> };
  let proxy: RecordingProxy;
  let login: string[];
  beforeAll(async () => {
    server = canStartNodes ? await startCouchDB() : await startEmbedded({ admins: { admin: "secret" } });
    proxy = await startProxy(server.url);
    login = ["--env", `COUCHDB_URL=${proxy.url.replace("//", "//admin:secret@")}`];
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.close();
  });

  /** A folder that is mounted at /migrations, with two databases, and a place for the termination message. */
  async function mounted() {
    const name = uniqueName();
    const steps = [name, `${name}-2`].map((one) => `- id: ${one}\n  ensureDatabase:\n    name: ${one}\n`);
    const folder = await tempFolder({ "001.yaml": steps.join("") });
    const said = join(folder, "termination-log");
    await writeFile(said, "");
    await chmod(folder, 0o755);
    // The kubelet creates the file for the container's user.
    await chmod(said, 0o666);
    return {
      name,
      options: [...login, "--volume", `${folder}:/migrations:ro`, "--volume", `${said}:/dev/termination-log`],
      said: () => readFile(said, "utf8"),
    };
  }

  it("prints help in lines of 80 characters", async () => {
    const { code, stdout } = await contain([], "--help");
    expect(code).toBe(0);
    expect(stdout).toContain("couchdb-migrate apply [path]");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("has the licence of everything in it", async () => {
    const read =
      'for (const f of ["LICENSE", "dist/third-party-notices.txt"]) console.log(fs.readFileSync(`/app/${f}`, "utf8"))';
    const { stdout } = await contain(["--entrypoint", "/nodejs/bin/node"], "-e", read);
    expect(stdout).toContain("Apache License");
    expect(stdout).toBe(
      `${await readFile(join(root, "LICENSE"), "utf8")}\n${await readFile(join(root, "dist/third-party-notices.txt"), "utf8")}\n`,
    );
  });

  it.each(users)("applies, and then has nothing to do, as user %s", async (user) => {
    const { name, options, said } = await mounted();
    const as = [...options, "--user", user];
    const first = await contain(as, "apply", "--set", name, "--format", "json");
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout).applied.toSorted()).toEqual([name, `${name}-2`]);
    expect(await must(server, "GET", `/${name}`)).toMatchObject({ db_name: name });
    expect(await said()).toBe("Applied 2 steps.\n");
    const second = await contain(as, "apply", "--set", name, "--format", "json");
    expect(JSON.parse(second.stdout)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    const plan = await contain(as, "plan", "--set", name, "--detailed-exitcode");
    expect(plan.code, plan.stderr).toBe(0);
    const status = await contain(as, "status", "--set", name, "--format", "json");
    expect(JSON.parse(status.stdout)).toMatchObject({ steps: [{ state: "applied" }, { state: "applied" }] });
  });

  it("exits with 7 and releases its lease when it is stopped, although it is the first process", async () => {
    const { name, options, said } = await mounted();
    const container = uniqueName("container");
    proxy.faultWhen(({ method, path }) => method === "PUT" && path === `/${name}`, {
      during: async () => {
        const { holder } = await must(server, "GET", `/couchdb-migrate/lease-${name}`);
        expect(holder).toBe("hatchery-0");
        await run(["kill", "--signal", "TERM", container]);
      },
    });
    const flags = ["--set", name, "--holder", "hatchery-0", "--concurrency", "1"];
    const { code, stderr } = await contain([...options, "--name", container], "apply", ...flags);
    expect(code, stderr).toBe(7);
    expect(await must(server, "GET", `/couchdb-migrate/lease-${name}`)).toMatchObject({ holder: null });
    expect(await said()).toMatch(/^interrupted: /);
  });

  it.runIf(canStartNodes)("applies a whole application within 64 MiB", async () => {
    const node = await startCouchDB();
    try {
      const { name, password } = node.admin;
      const env = {
        COUCHDB_URL: node.url,
        COUCHDB_USERNAME: name,
        COUCHDB_PASSWORD: password,
        COUCHDB_INTERNAL_URL: node.url,
        REFEREE_PASSWORD: "whistle",
        GATEWAY_PASSWORD: "door",
      };
      const options = [
        ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
        ...["--volume", `${join(root, "examples/application")}:/application:ro`, "--user", "12345:0"],
      ];
      const apply = () => contain(options, "apply", "/application/migrations", "--format", "json");
      const first = await apply();
      expect(first.code, first.stderr).toBe(0);
      const second = await apply();
      expect(JSON.parse(second.stdout)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    } finally {
      await node.close();
    }
  });
});
