/** couchdb-bootstrap; the benchmark installs it by itself. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./processes.js";

export const bootstrapVersion = "15.1.0";

/** Installs it if it is missing. Returns the path of its command line. */
export async function installBootstrap(): Promise<string> {
  const folder = join(root, "node_modules/.cache/couchdb-migrate-bench", `couchdb-bootstrap-${bootstrapVersion}`);
  const command = join(folder, "node_modules/couchdb-bootstrap/cli.js");
  if (existsSync(command)) return command;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  const args = ["install", "--no-audit", "--no-fund", `couchdb-bootstrap@${bootstrapVersion}`];
  await promisify(execFile)("npm", args, { cwd: folder });
  return command;
}
