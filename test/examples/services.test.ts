/** The example services apply their migrations before they listen, with the packed package, as their users get it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rename } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile } from "../package/compile.js";
import { loginEnv, root } from "../support/cli.js";
import { type Embedded, startEmbedded } from "../support/embedded.js";
import { installed } from "../support/installer.js";
import { must } from "../support/request.js";
import { removeFolder, writeFiles } from "../support/temp.js";
import { frameworks } from "./frameworks.js";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Resolves once the process has said that it listens, or has ended. */
function settled(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (output.includes("listening on")) resolve({ code: null, output });
      });
    }
    child.on("close", (code) => resolve({ code, output }));
  });
}

const names = Object.keys(frameworks);
let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join((await installed()).folder, "services-"));
  for (const [name, standIns] of Object.entries(frameworks)) {
    await cp(join(root, "examples", name), join(parent, name), { recursive: true });
    await writeFiles(join(parent, name), standIns);
  }
});
afterAll(() => removeFolder(parent));

/** All in one compilation, with the options of the NestJS example, which this also compiles. */
it("no service has a type error", async () => {
  const { compilerOptions } = JSON.parse(await readFile(join(root, "examples/nestjs/tsconfig.json"), "utf8"));
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, parent);
  const typeRoots = [join(root, "node_modules/@types")];
  const all = { ...options, allowJs: true, checkJs: true, skipLibCheck: true, typeRoots };
  expect(compile(parent, ["node/server.mjs", "express/server.mjs", "nestjs/main.ts"], all)).toEqual([]);
  await rename(join(parent, "dist/nestjs"), join(parent, "nestjs/dist"));
});

describe.each(names)("%s", (name) => {
  let server: Embedded;
  let folder: string;
  beforeAll(async () => {
    server = await startEmbedded();
    folder = join(parent, name);
  });
  afterAll(() => server.close());

  const read = async (file: string) => JSON.parse(await readFile(join(folder, file), "utf8"));

  /** Starts what `npm start` starts. */
  async function start(password: string) {
    const { start } = (await read("package.json")).scripts;
    const [node, ...args] = start.split(" ");
    expect(node).toBe("node");
    const port = await freePort();
    const login = loginEnv(server.url, { ...server.admin, password });
    const env = { PATH: process.env.PATH, ...login, PORT: String(port) };
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    return { child, port, ...(await settled(child)) };
  }

  it("does not listen if the migrations can't be applied", async () => {
    const { code, output } = await start("wrong");
    expect(code).toBe(1);
    expect(output).toMatch(/credentials|password/);
  });

  it.each(["applied", "unchanged"])("listens after the migrations are %s", async (result) => {
    const { child, port, output } = await start(server.admin.password);
    try {
      expect(output).toContain("listening on");
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(`migrations: ${result}\n`);
      await must(server, "GET", "/notes");
    } finally {
      child.kill("SIGKILL");
      await once(child, "close");
    }
  });
});

it("the examples require this version of the package", async () => {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  for (const name of names) {
    const { dependencies } = JSON.parse(await readFile(join(root, "examples", name, "package.json"), "utf8"));
    expect(dependencies["couchdb-migrate"]).toBe(`^${version}`);
  }
});
