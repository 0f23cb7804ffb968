/**
 * Deploys a changed view in a large database in three ways while two readers query both of its views: staged, by
 * couchdb-migrate; in place, by couchdb-bootstrap; and by couchmigrate's procedure. For comparison, it also only
 * builds the same index. `npm run bench:deploy -- --documents 100000 --nodes 1 --ways staged,bare`.
 */
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startNodes } from "../../test/support/cluster.js";
import { startProxy } from "../../test/support/proxy.js";
import { type Addressed, must, request } from "../../test/support/request.js";
import { installBootstrap } from "../counterpart.js";
import { must as mustEnd, root } from "../processes.js";
import { couchmigrate } from "./couchmigrate.js";
import { type Seen, startReaders } from "./reader.js";
import { built, type DesignDoc, database, designDoc, prepare, write } from "./scene.js";

const { values } = parseArgs({
  options: {
    documents: { type: "string", default: "100000" },
    nodes: { type: "string", default: "1" },
    ways: { type: "string", default: "" },
  },
});
const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const documents = Number(values.documents);

interface Way {
  readonly name: string;
  /**
   * Resolves when the deployment reports that it is done. `through`: the server, behind a proxy that counts requests.
   */
  deploy(through: Addressed, doc: DesignDoc, folder: string): Promise<void>;
}

const ways: readonly Way[] = [
  {
    name: "bare build, under another name",
    async deploy(through, doc) {
      await write(through, "bare", doc);
      await built(through, "bare");
    },
  },
  {
    name: "couchdb-migrate, staged",
    async deploy(through, doc, folder) {
      const file = join(folder, "001.yaml");
      await writeFile(file, JSON.stringify([{ id: "views", ensureDesignDocs: { database, docs: { brood: doc } } }]));
      const args = [join(root, bin["couchdb-migrate"]), "apply", file, "--log-level", "warn"];
      await mustEnd({ args, env: { COUCHDB_URL: withLogin(through) } });
    },
  },
  {
    name: "couchdb-bootstrap, in place",
    async deploy(through, doc, folder) {
      await mkdir(join(folder, database, "_design"), { recursive: true });
      await writeFile(join(folder, database, "_design", "brood.json"), JSON.stringify(doc));
      await mustEnd({ args: [await installBootstrap(), withLogin(through), folder] });
    },
  },
  { name: "couchmigrate's procedure", deploy: (through, doc) => couchmigrate(through, "brood", doc) },
];

interface Row extends Seen {
  readonly name: string;
  /** Seconds until it reports that it is done, and until the index is built. */
  readonly said: number;
  readonly done: number;
  readonly requests: number;
  /** The duration of the first and the second query of the changed view, through each node, in milliseconds. */
  readonly after: readonly (readonly [number, number])[];
}

async function measure(nodes: readonly Addressed[], way: Way, version: number, folder: string): Promise<Row> {
  const [server] = nodes;
  if (!server) throw new Error("no node");
  const proxy = await startProxy(server.url);
  const through = { url: proxy.url, admin: server.admin };
  const readers = startReaders(server, database, documents);
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  await way.deploy(through, designDoc(version), folder);
  const said = seconds();
  const after: [number, number][] = [];
  const bare = way.name.startsWith("bare");
  if (!bare) for (const node of nodes) after.push([await query(node), await query(node)]);
  await built(server, bare ? "bare" : "brood");
  const done = Math.max(said, way.name.includes("in place") ? seconds() : said);
  const seen = await readers.stop();
  const requests = proxy.requests.length;
  await proxy.close();
  if (bare) {
    const { _rev } = await must(server, "GET", `/${database}/_design/bare`);
    await must(server, "DELETE", `/${database}/_design/bare?rev=${_rev}`);
  }
  await request(server, "POST", `/${database}/_view_cleanup`, { body: {} });
  return { name: way.name, said, done, requests, after, ...seen };
}

async function query(on: Addressed): Promise<number> {
  const began = performance.now();
  await must(on, "GET", `/${database}/_design/brood/_view/changing?limit=10`);
  return performance.now() - began;
}

function withLogin({ url, admin }: Addressed): string {
  return url.replace("//", `//${admin.name}:${admin.password}@`);
}

const heads = [
  "",
  "seconds with wrong rows or none",
  "longest query",
  "requests sent",
  "wall time",
  "against the bare build",
  "first / second query after it",
];

function cellsOf(row: Row, bare: Row): string[] {
  const { said, done } = row;
  return [
    row.name,
    row.badSeconds.toFixed(1),
    `${(row.longest / 1_000).toFixed(2)} s`,
    String(row.requests),
    done - said > 1 ? `${said.toFixed(1)} s (built after ${done.toFixed(1)} s)` : `${said.toFixed(1)} s`,
    `${(done / bare.done).toFixed(2)} ×`,
    row.after.map(([first, second]) => `${first.toFixed(0)} / ${second.toFixed(0)} ms`).join("; ") || "–",
  ];
}

function table(rows: readonly Row[]): string {
  const line = (parts: readonly string[]) => `| ${parts.join(" | ")} |`;
  const cells = rows.map((row) => cellsOf(row, rows[0] ?? row));
  return [line(heads), line(heads.map(() => "---")), ...cells.map(line)].join("\n");
}

const folder = await mkdtemp(join(tmpdir(), "couchdb-migrate-bench-"));
const { nodes, close } = await startNodes(Number(values.nodes));
try {
  const [server] = nodes;
  if (!server) throw new Error("no node");
  await installBootstrap();
  const { version } = await must(server, "GET", "/");
  console.error(`preparing ${documents} documents`);
  await prepare(server, documents);
  const rows: Row[] = [];
  const asked = values.ways.split(",");
  for (const [i, way] of ways.filter(({ name }) => asked.some((part) => name.includes(part))).entries()) {
    const own = join(folder, String(i));
    await mkdir(own);
    const row = await measure(nodes, way, i + 1, own);
    rows.push(row);
    console.error(`${cellsOf(row, rows[0] ?? row).join(", ")}: ${row.wrong.join("; ") || "every answer was right"}`);
  }
  const cpu = cpus();
  const machine = `${cpu.length} cores (${cpu[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(" ")}`;
  console.log(`${documents} documents, CouchDB ${version}, ${nodes.length} node(s) on one machine: ${machine}\n`);
  console.log(table(rows));
} finally {
  await close();
  await rm(folder, { recursive: true, force: true });
}
