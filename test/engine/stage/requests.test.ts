/**
 * One request of a `stage`, or of the `apply` after it, is lost, or the runner is killed at it: after a rerun and an
 * apply, the server is as after an undisturbed run. In the suite, `stage` is killed at each request that writes, after
 * the server has acted. With `STAGE_REQUESTS=writes`, so is `apply`, and each request that writes is lost, too, and
 * before the server acts. With `STAGE_REQUESTS=all`, so is each request (many minutes).
 */
import { join } from "node:path";
import { expect, it } from "vitest";
import { bigDatabase, designDocs, docOf } from "../../steps/design-docs/big-database.js";
import { runCli, startCli } from "../../support/cli.js";
import { freshDatabase } from "../../support/databases.js";
import { type Fault, type Recorded, type RecordingProxy, startProxy } from "../../support/proxy.js";
import { must, request } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { tempFolder } from "../../support/temp.js";
import { documents, viewWith } from "./scene.js";

interface Place {
  readonly database: string;
  readonly ledger: string;
  readonly args: readonly string[];
  readonly proxy: RecordingProxy;
  readonly env: Record<string, string>;
}

/** What no run of this set may remove: another set's staged document, and a document that only has such a name. */
const theirs = {
  "brood--staged-theirs": {
    "couchdb-migrate": { role: "staged", of: "brood", set: "other", version: "1", since: "1" },
  },
  "queen--previous": { views: {} },
};

/** An earlier stage has built another version ahead, which the run replaces. */
async function place(): Promise<Place> {
  const [database, ledger] = [await bigDatabase(server(), documents), await freshDatabase("ledger")];
  for (const [name, body] of Object.entries(theirs)) {
    await must(server(), "PUT", `/${database}/_design/${name}`, { body });
  }
  const files = async (key: string) => {
    const docs = { brood: docOf(viewWith(key)) };
    return join(
      await tempFolder({ "001.yaml": JSON.stringify([{ id: "views", ensureDesignDocs: { database, docs } }]) }),
      "001.yaml",
    );
  };
  const { url, admin } = server();
  const proxy = await startProxy(url);
  const env = { COUCHDB_URL: proxy.url.replace("//", `//${admin.name}:${admin.password}@`) };
  const rest = ["--ledger-database", ledger, "--lease-ttl", "6s", "--format", "json", "--request-timeout", "3s"];
  expect(await runCli(["stage", await files("[doc.n]"), ...rest], { env })).toMatchObject({ code: 0 });
  proxy.reset();
  return { database, ledger, args: [await files("-doc.n"), ...rest], proxy, env };
}

/** What must be the same as after an undisturbed run. */
async function stateOf({ database, ledger }: Place) {
  const { rows } = await must(server(), "GET", `/${database}/_design_docs?include_docs=true`);
  const { entries, versions } = await must(server(), "GET", `/${ledger}/_local/couchdb-migrate-default`);
  const { body: registry } = await request(server(), "GET", `/${ledger}/staged-default`);
  return {
    docs: rows.map(({ doc: { _rev, ...doc } }: { doc: { _rev: string } }) => doc),
    // The checksums contain the name of the database.
    ids: Object.keys(entries),
    versions: versions.length,
    registered: registry.groups.length > 0,
  };
}

type Command = "stage" | "apply";

async function undisturbed(command: Command) {
  const one = await place();
  expect(await runCli(["stage", ...one.args], { env: one.env })).toMatchObject({ code: 0 });
  if (command === "apply") one.proxy.reset();
  const ofStage = [...one.proxy.requests];
  expect(await runCli(["apply", ...one.args], { env: one.env })).toMatchObject({ code: 0 });
  const requests = (command === "stage" ? ofStage : one.proxy.requests).map(({ number, writes }) => ({
    number,
    writes,
  }));
  expect(await designDocs(server(), one.database)).toEqual(["brood", ...Object.keys(theirs)]);
  const state = JSON.stringify(await stateOf(one)).replaceAll(one.database, "DATABASE");
  await one.proxy.close();
  return { requests, state };
}

type Kind = "lost-before" | "lost-after" | "killed-before" | "killed-after";
const { STAGE_REQUESTS: asked } = process.env;
const all = asked === "all";
const kinds: readonly Kind[] = asked
  ? ["lost-before", "lost-after", "killed-before", "killed-after"]
  : ["killed-after"];
const commands: readonly Command[] = asked ? ["stage", "apply"] : ["stage"];

async function disturbed(command: Command, kind: Kind, matches: (request: Recorded) => boolean): Promise<string> {
  const one = await place();
  const { args, env, proxy, database } = one;
  if (command === "apply") expect(await runCli(["stage", ...args], { env })).toMatchObject({ code: 0 });
  let victim: ReturnType<typeof startCli> | undefined;
  const kill = async () => {
    victim?.child.kill("SIGKILL");
    await victim?.result;
  };
  const faults: Record<Kind, Fault> = {
    "lost-before": "lost-before",
    "lost-after": "lost-after",
    "killed-before": { before: kill },
    "killed-after": { after: kill },
  };
  proxy.faultWhen(matches, faults[kind]);
  victim = startCli([command, ...args], { env });
  await victim.result;
  proxy.reset();
  if (command === "stage") {
    const rerun = await runCli(["stage", ...args], { env });
    expect(rerun, rerun.stderr).toMatchObject({ code: 0 });
    // Exactly what the files want is staged.
    const expected = ["brood", ...Object.keys(theirs), JSON.parse(rerun.stdout).staged[0].name];
    expect(await designDocs(server(), database)).toEqual(expected.sort());
  }
  const applied = await runCli(["apply", ...args], { env });
  expect(applied, applied.stderr).toMatchObject({ code: 0 });
  const state = JSON.stringify(await stateOf(one)).replaceAll(database, "DATABASE");
  await proxy.close();
  return state;
}

onReal("a run of which one request is lost", () => {
  it.each(commands)(
    "ends in the same state after a rerun: %s",
    async (command) => {
      const { requests, state } = await undisturbed(command);
      const numbers = requests.flatMap(({ number, writes }) => (all || writes ? number : []));
      expect(numbers.length).toBeGreaterThan(5);
      const cases = numbers.flatMap((_, i) => kinds.map((kind) => ({ kind, nth: i + 1 })));
      // A few at a time: each of them mostly waits for CouchDB.
      for (let from = 0; from < cases.length; from += 6) {
        const some = cases.slice(from, from + 6).map(async ({ kind, nth }) => {
          let seen = 0;
          const isNth = ({ writes }: Recorded) => {
            if (all || writes) seen += 1;
            return (all || writes) && seen === nth;
          };
          return [kind, nth, await disturbed(command, kind, isNth)];
        });
        for (const [kind, nth, found] of await Promise.all(some))
          expect([kind, nth, found]).toEqual([kind, nth, state]);
      }
    },
    3_600_000,
  );
});
