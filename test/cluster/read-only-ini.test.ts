/**
 * A node whose configuration file can't be written: CouchDB reports it only after it has changed the value in memory.
 */
import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { must } from "../support/request.js";
import { type CouchNode, canStartNodes, startCouchDB } from "../support/servers.js";
import { steps } from "./scene.js";

/** Root may write to any file that is not immutable. False: files can't be made immutable here. */
function protect(file: string, on: boolean): boolean {
  if (process.getuid?.() !== 0) chmodSync(file, on ? 0o444 : 0o644);
  return process.getuid?.() !== 0 || spawnSync("chattr", [on ? "+i" : "-i", file]).status === 0;
}

async function readOnlyNode(): Promise<CouchNode | undefined> {
  const node = await startCouchDB();
  // CouchDB writes its uuid into this file on the first request for it.
  await must(node, "GET", "/");
  onTestFinished(async () => {
    protect(node.iniFile, false);
    await node.close();
  });
  return protect(node.iniFile, true) ? node : undefined;
}

describe.skipIf(!canStartNodes)("a read-only ini file", () => {
  it("fails the step, and leaves neither a password nor a value in memory", async ({ skip }) => {
    const node = await readOnlyNode();
    if (!node) return skip("files can't be made immutable here");
    const before = await must(node, "GET", "/_node/_local/_config");
    const { planThrough, ...admin } = await steps("- id: admin\n  ensureAdmin: { name: queen, password: brood }\n");
    const config = await steps("- id: level\n  ensureConfig: { log: { level: error }, mine: { level: high } }\n");
    for (const { applyThrough } of [admin, config]) {
      const { failures } = await applyThrough(node);
      expect(failures).toMatchObject([{ code: "request-failed", next: expect.stringContaining("local.d") }]);
      expect(JSON.stringify(failures)).not.toMatch(/brood|pbkdf2/);
    }
    expect(await must(node, "GET", "/_node/_local/_config")).toEqual(before);
    expect(await planThrough(node)).toMatchObject({ changes: 1 });

    protect(node.iniFile, false);
    expect(await admin.applyThrough(node)).toMatchObject({ applied: ["admin"] });
    expect(await config.applyThrough(node)).toMatchObject({ applied: ["level"] });
  });
});
