/**
 * `ensureDocuments` with `mode: overwrite`, killed between its batches: the rerun writes what differs, and nothing
 * twice.
 */
import { expect, it, onTestFinished } from "vitest";
import { loginEnv, startCli } from "../support/cli.js";
import { freshDatabase, uniqueName } from "../support/databases.js";
import { type Fault, type Recorded, startProxy } from "../support/proxy.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

/** There is enough to write for two batches. */
const size = 2_600;
const idOf = (number: number) => `d${String(number).padStart(5, "0")}`;
const wanted = Array.from({ length: size }, (_, n) => ({ _id: idOf(n), legs: 6, n }));
/** Every fifth one is missing, every third of the others differs. */
const present = wanted.filter(({ n }) => n % 5 > 0).map((one) => (one.n % 3 ? one : { ...one, legs: 4 }));

const kills: [title: string, fault: (kill: () => Promise<void>) => Fault][] = [
  ["before the server sees the second batch", (kill) => ({ before: kill })],
  ["after the server acted on the second batch", (kill) => ({ after: kill })],
];

it.each(kills)("killed %s", async (_, fault) => {
  const database = await freshDatabase("overwrite");
  await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs: present } });
  const proxy = await startProxy(server().url);
  onTestFinished(proxy.close);
  const folder = await tempFolder({
    "001.yaml": `- id: docs\n  ensureDocuments: { database: ${database}, from: docs.ndjson, mode: overwrite }\n`,
    "docs.ndjson": wanted.map((one) => `${JSON.stringify(one)}\n`).join(""),
  });
  const env = loginEnv(proxy.url, server().admin);
  // Nothing was recorded by then: another set can continue just as well, and does not wait for a lease.
  const run = () => startCli(["apply", folder, "--set", uniqueName("set"), "--format", "json"], { env });

  const isBatch = ({ path }: Recorded) => path === `/${database}/_bulk_docs`;
  const victim = run();
  const kill = async () => {
    victim.child.kill("SIGKILL");
    await victim.result;
  };
  // Of the concurrent requests, the second one arrives last.
  const number = () => proxy.requests.filter(isBatch).length;
  proxy.faultWhen((one) => isBatch(one) && number() === 2, fault(kill));
  proxy.faultWhen((one) => isBatch(one) && number() > 2, "lost-before", 100);
  expect((await victim.result).signal).toBe("SIGKILL");
  proxy.reset();
  const rerun = await run().result;
  expect(rerun.code, rerun.stderr).toBe(0);
  expect(proxy.requests.some(isBatch)).toBe(true);

  const { rows } = await must(server(), "GET", `/${database}/_all_docs?include_docs=true`);
  const found = rows.map(({ doc: { _rev, ...doc } }: { doc: { _rev: string } }) => [doc, Number.parseInt(_rev, 10)]);
  expect(found).toEqual(wanted.map((one) => [one, one.n % 5 > 0 && one.n % 3 === 0 ? 2 : 1]));
  proxy.reset();
  expect(JSON.parse((await run().result).stdout)).toMatchObject({ adopted: ["docs"] });
  expect(proxy.requests.filter(isBatch)).toEqual([]);
});
