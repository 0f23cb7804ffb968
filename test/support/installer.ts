/**
 * The package as its users get it: packed, and installed into an empty folder outside of the repository. It
 * is created in the main process when the first test file requests it, and all files share it.
 */
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "vitest";
import { root } from "./cli.js";
import { makeFolder, removeFolder, writeFiles } from "./temp.js";

const run = promisify(execFile);

export interface Installed {
  /** The folder where it was installed, with a package.json and a node_modules. */
  readonly folder: string;
  /** The package itself, in node_modules. */
  readonly package: string;
  /** The paths of all its files. */
  readonly files: readonly string[];
  /** What the package's `bin` names. */
  readonly program: string;
}

declare module "vitest" {
  interface ProvidedContext {
    installer: string;
  }
}

/** The installed package. Tests share its folder: what they add to it needs unique names. */
export async function installed(): Promise<Installed> {
  const response = await fetch(inject("installer"));
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Installed;
}

export async function startInstaller(): Promise<{ url: string; close(): Promise<void> }> {
  const folder = await makeFolder();
  let made: Promise<Installed> | undefined;
  const server = createServer(async (_request, response) => {
    try {
      made ??= install(folder);
      response.end(JSON.stringify(await made));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await removeFolder(folder);
    },
  };
}

async function install(folder: string): Promise<Installed> {
  const [{ filename, files }] = await pack(folder);
  const project = join(folder, "project");
  await writeFiles(project, { "package.json": JSON.stringify({ private: true }) });
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await run("npm", ["install", ...quiet, join(folder, filename)], { cwd: project });
  const inside = join(project, "node_modules", "couchdb-migrate");
  return {
    folder: project,
    package: inside,
    files: files.map(({ path }) => path),
    program: join(inside, "dist", "cli.cjs"),
  };
}

type Packed = readonly [{ readonly filename: string; readonly files: readonly { readonly path: string }[] }];

/** Uses the output of `npm run build`: nothing is built here. */
async function pack(folder: string): Promise<Packed> {
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
    maxBuffer: 2 ** 24,
  });
  return JSON.parse(stdout);
}
