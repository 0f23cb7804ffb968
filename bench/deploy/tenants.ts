/**
 * Deploys changed views in the databases of many tenants, and compares the time with the bare builds: a program that
 * only writes the same design documents under other names and queries a view of each, the same number at once. For
 * several shapes in one run: `npm run bench:tenants -- --shapes 3x7x2000,100x2x1001 --builds 1`. A shape is tenants ×
 * design documents × documents.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pMap from "p-map";
import { startCouchDB } from "../../test/support/couchdb.js";
import { startProxy } from "../../test/support/proxy.js";
import { type Addressed, must, request } from "../../test/support/request.js";
import { seed } from "../../test/support/seed.js";
import { must as mustEnd, root } from "../processes.js";
import { designDoc } from "./scene.js";

interface Shape {
  readonly tenants: readonly string[];
  readonly names: readonly string[];
  readonly documents: number;
}

interface Row {
  readonly way: string;
  readonly seconds: number;
  readonly requests: number;
}

const { values } = parseArgs({
  options: {
    shapes: { type: "string", default: "3x7x2000,100x2x1001" },
    builds: { type: "string", default: "1" },
  },
});
const builds = Number(values.builds);

function shapeOf(text: string): Shape {
  const [tenants = 0, docs = 0, documents = 0] = text.split("x").map(Number);
  return {
    tenants: Array.from({ length: tenants }, (_, i) => `cm-bench-tenant-${i}`),
    names: Array.from({ length: docs }, (_, i) => `brood-${i}`),
    documents,
  };
}

/** Each design document has its own index. */
function docOf(version: number, name: string) {
  return designDoc(Number(name.split("-")[1]) * 100 + version);
}

async function prepare(on: Addressed, { tenants, names, documents }: Shape): Promise<void> {
  const creature = (n: number) => ({ n, kind: n % 2 ? "zergling" : "drone", text: "x".repeat(200) });
  for (const tenant of tenants) {
    await must(on, "PUT", `/${tenant}`);
    await seed(on, tenant, documents, creature, 5_000);
  }
  await writeAndQuery(on, { tenants, names, documents }, 0);
}

/** The bare builds, `builds` at a time. */
async function writeAndQuery(on: Addressed, { tenants, names }: Shape, version: number, prefix = ""): Promise<void> {
  const all = tenants.flatMap((tenant) => names.map((name) => ({ tenant, name })));
  await pMap(
    all,
    async ({ tenant, name }) => {
      const at = `/${tenant}/_design/${prefix}${name}`;
      await must(on, "PUT", at, { body: docOf(version, name) });
      await must(on, "GET", `${at}/_view/changing?limit=0`);
    },
    { concurrency: builds },
  );
}

async function removeBare(on: Addressed, { tenants, names }: Shape): Promise<void> {
  for (const tenant of tenants) {
    for (const name of names) {
      const at = `/${tenant}/_design/bare-${name}`;
      const { _rev } = await must(on, "GET", at);
      await must(on, "DELETE", `${at}?rev=${_rev}`);
    }
    await request(on, "POST", `/${tenant}/_view_cleanup`, { body: {} });
  }
}

/** All design documents in one step, or one step for each; in all tenants, by a pattern. */
function stepsOf({ names }: Shape, version: number, together: boolean) {
  const docs = Object.fromEntries(names.map((name) => [name, docOf(version, name)]));
  const groups = together ? [docs] : names.map((name) => ({ [name]: docs[name] }));
  return groups.map((docs, i) => ({ id: `views-${i}`, ensureDesignDocs: { database: "cm-bench-tenant-*", docs } }));
}

async function apply(on: Addressed, file: string, steps: readonly object[]): Promise<void> {
  await writeFile(file, JSON.stringify(steps));
  const { name, password } = on.admin;
  const bin = join(root, "dist/cli.cjs");
  const args = [bin, "apply", file, "--builds", String(builds), "--log-level", "warn", "--allow-revert"];
  await mustEnd({ args, env: { COUCHDB_URL: on.url.replace("//", `//${name}:${password}@`) } });
}

async function measure(on: Addressed, way: string, work: (through: Addressed) => Promise<void>): Promise<Row> {
  const proxy = await startProxy(on.url);
  const began = performance.now();
  await work({ url: proxy.url, admin: on.admin });
  const seconds = (performance.now() - began) / 1_000;
  const requests = proxy.requests.length;
  await proxy.close();
  console.error(`${way}: ${seconds.toFixed(1)} s, ${requests} requests`);
  return { way, seconds, requests };
}

const folder = await mkdtemp(join(tmpdir(), "couchdb-migrate-bench-"));
try {
  for (const text of values.shapes.split(",")) {
    const shape = shapeOf(text);
    const node = await startCouchDB({ ini: { query_server_config: { commit_freq: 5 } } });
    try {
      console.error(`${text}: preparing`);
      await prepare(node, shape);
      const bare = await measure(node, "bare builds", (on) => writeAndQuery(on, shape, 1, "bare-"));
      await removeBare(node, shape);
      const ways = [
        { way: "couchdb-migrate, one step", together: true, version: 2 },
        { way: "couchdb-migrate, a step for each design document", together: false, version: 3 },
      ];
      const rows = [bare];
      for (const { way, together, version } of ways) {
        const file = join(folder, `${version}.yaml`);
        rows.push(await measure(node, way, (on) => apply(on, file, stepsOf(shape, version, together))));
      }
      console.log(`\n${text}, ${builds} at once\n`);
      console.log("| | wall time | against the bare builds | requests |\n| --- | --- | --- | --- |");
      for (const { way, seconds, requests } of rows) {
        const ratio = (seconds / bare.seconds).toFixed(2);
        console.log(`| ${way} | ${seconds.toFixed(1)} s | ${ratio} × | ${requests} |`);
      }
    } finally {
      await node.close();
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
