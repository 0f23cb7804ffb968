/**
 * The ledgers that released versions have left on people's servers can be read by this one. fixtures/ has one from each
 * version that changed something in them. They are never recreated: a change that can't read one has to be made another
 * way.
 */
import { createHash } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loginEnv, runCli } from "../support/cli.js";
import { must } from "../support/request.js";
import { onReal, server } from "../support/servers.js";
import { tempFolder, writeFiles } from "../support/temp.js";
import { folderOf, restore, versions } from "./restore.js";

/** The ledger on the server, and its files, copied so that they can be edited. */
async function scene(version: string, password = "frozen-in-a-test") {
  const ledger = await restore(version);
  const folder = await tempFolder();
  await cp(folderOf(version), folder, { recursive: true });
  const env = {
    ...loginEnv(server().url, server().admin),
    KEEPER_PASSWORD: password,
    COUCHDB_MIGRATE_LEDGER_DATABASE: ledger,
  };
  return {
    folder,
    /** The exit code, and the output. */
    async run(command: string, files: string, set: string, ...flags: string[]) {
      const args = [command, files, "--set", set, "--format", "json", ...flags];
      const { code, stdout, stderr } = await runCli(args, { cwd: folder, env });
      expect(stdout, stderr).not.toBe("");
      return { code, ...JSON.parse(stdout) };
    },
    /** Revisions of everything in the ledger's database: any write changes one. */
    async revisions() {
      const lists = ["_all_docs", "_local_docs"].map((list) => must(server(), "GET", `/${ledger}/${list}`));
      return (await Promise.all(lists)).map(({ rows }) => rows);
    },
  };
}

/** Digests of each ledger.json. A new version adds a line; no line ever changes. */
const digests: Readonly<Record<string, string>> = {
  "0.1.0": "ff660b89ab73dcc966c77cbff870b35f4c3d7a24eb702e357a75ab6f1f6031ef",
};

it.each(versions)("the ledger of %s is unchanged since that version wrote it", async (version) => {
  const bytes = await readFile(join(folderOf(version), "ledger.json"));
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(digests[version]);
});

describe.each(versions)("the ledger of %s", (version) => {
  onReal("on a server", () => {
    it.each([
      ["without a snapshot", "v2", "frozen"],
      ["with a snapshot in its lease, which a newer tool does not use", "plain", "frozen-plain"],
    ])("leaves a run with the same files nothing to do, %s", async (_, files, set) => {
      const { run, revisions } = await scene(version);
      const before = await revisions();
      expect(await run("apply", files, set)).toMatchObject({ code: 0, result: "unchanged", requests: { writes: 0 } });
      expect(await revisions()).toEqual(before);
    });

    it("shows every step, orphaned ones, the release and the last runs in status", async () => {
      const { run } = await scene(version);
      const { steps, orphaned, release, runs } = await run("status", "v2", "frozen");
      const ids = ["lair", "hive", "access", "views", "indexes", "seeds", "keeper", "grow", "no-eggs"];
      expect(steps.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual(
        ids.map((id) => [id, "applied"]),
      );
      expect([orphaned, release]).toEqual([["old-views"], "2"]);
      expect(runs).toMatchObject([
        { holder: expect.stringContaining("pod-1/"), version, result: "applied", applied: ["access", "no-eggs"] },
        { version, result: "applied", adopted: ["lair", "hatchery"] },
      ]);
    });

    it("refuses a one-time step that was edited later", async () => {
      const { run, folder } = await scene(version);
      await writeFiles(folder, { "v2/grow.mjs": "export default (doc) => ({ ...doc, legs: 0 });\n" });
      expect(await run("apply", "v2", "frozen")).toMatchObject({
        code: 1,
        failures: [{ id: "grow", code: "changed-one-time-step" }],
        requests: { writes: 0 },
      });
    });

    it("applies an ensure step that was edited later, and nothing else", async () => {
      const { run, folder } = await scene(version);
      const text = await readFile(join(folder, "v2/001.yaml"), "utf8");
      await writeFiles(folder, { "v2/001.yaml": text.replace("[drone, keeper]", "[drone, keeper, nurse]") });
      expect(await run("apply", "v2", "frozen")).toMatchObject({ code: 0, applied: ["access"] });
    });

    it.each([
      ["version", []],
      ["release", ["--release", "1"]],
    ])("recognises older files by their %s", async (by, flags) => {
      const { run } = await scene(version);
      expect(await run("apply", "v1", "frozen", ...flags)).toMatchObject({
        code: 0,
        result: "older",
        older: { by },
        requests: { writes: 0 },
      });
    });

    it("notices a secret that was replaced later", async () => {
      const { run } = await scene(version, "another one");
      expect(await run("apply", "v2", "frozen")).toMatchObject({ code: 0, applied: ["keeper"] });
    });

    it("lets an interrupted transformation continue, and changes no document twice", async () => {
      const { run } = await scene(version);
      const path = "/cm-test-frozen-plain";
      const { stuck, ...free } = await must(server(), "GET", `${path}/d`);
      expect(stuck).toBe(true);
      await must(server(), "PUT", `${path}/d`, { body: free });
      expect(await run("apply", "stuck", "frozen-stuck")).toMatchObject({ code: 0, applied: ["molt"] });
      const { rows } = await must(server(), "GET", `${path}/_all_docs?include_docs=true&start_key=%22a%22`);
      expect(rows.map(({ doc }: { doc: { molts: number } }) => doc.molts)).toEqual([1, 1, 1, 1]);
    });
  });
});
