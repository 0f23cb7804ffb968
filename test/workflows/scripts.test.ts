/** The scripts that CI runs before and beside the tests. */
import { execFile } from "node:child_process";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { root } from "../support/cli.js";
import { type Addressed, must } from "../support/request.js";
import { onNodes, startCouchDB } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

async function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const ran = promisify(execFile)(command, args, { cwd: root, env: { PATH: process.env.PATH, ...env } });
  return ran.then(
    ({ stdout }) => ({ stdout, stderr: "" }),
    (error) => error,
  );
}

const script = "scripts/ci/system-databases.mjs";
const withLogin = ({ url, admin }: Addressed) => url.replace("//", `//${admin.name}:${admin.password}@`);

onNodes("system-databases", () => {
  it("creates what a node that nobody configured lacks, and then finds it", async () => {
    const node = await startCouchDB({ clustered: true });
    onTestFinished(node.close);
    expect(await must(node, "GET", "/_all_dbs")).toEqual([]);
    for (const _ of ["creates", "finds"]) {
      const { stdout } = await run(process.execPath, [script], { COUCHDB_URL: withLogin(node) });
      expect(stdout).toBe(`${node.url} has its system databases\n`);
      expect(await must(node, "GET", "/_all_dbs")).toEqual(["_global_changes", "_replicator", "_users"]);
    }
  });
});

describe("try-image", () => {
  it("starts the image as any user, read-only, without rights, in 64 MiB", async () => {
    const folder = await tempFolder({ docker: '#!/bin/sh\necho "$@" >"$TOLD"\n' });
    await chmod(join(folder, "docker"), 0o755);
    const told = join(folder, "told");
    await run("sh", ["scripts/ci/try-image.sh", "the-image"], { PATH: `${folder}:${process.env.PATH}`, TOLD: told });
    const line = await readFile(told, "utf8");
    for (const flag of ["--read-only", "--user 12345:12345", "--memory 64m", "--cap-drop ALL", "the-image --help\n"])
      expect(line).toContain(flag);
  });
});
