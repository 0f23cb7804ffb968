/**
 * `npm run bench:seed`: how fast documents are loaded from NDJSON into a real CouchDB, and how much memory that
 * takes.
 *
 *   npm run bench:seed                                     500,000 documents, 3 rounds; memory for 50,000 and 500,000
 *   npm run bench:seed -- --documents 100000 --rounds 1    a smaller run, compared with a tenth of it
 *
 * Runs whole processes in alternation, each with its own database: couchdb-migrate (`apply` of one step), and a bare
 * program that posts the same lines to `_bulk_docs`, with the same concurrency. Uses COUCHDB_URL, or starts the
 * CouchDB at COUCHDB_HOME. It removes everything that it creates there.
 */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inFlight } from "../src/objects/documents/survey.js";
import { must as mustAnswer } from "../test/support/request.js";
import { type Context, migrate } from "./context.js";
import { must, type Program, root } from "./processes.js";
import { ledgerDatabase, openServer } from "./server.js";

const { values } = parseArgs({
  options: { documents: { type: "string", default: "500000" }, rounds: { type: "string", default: "3" } },
});
const documents = Number(values.documents);
const rounds = Number(values.rounds);
const targets = { rate: 0.85, memory: 1.1 };

interface Seeded {
  /** Documents per second, from the start of the process to its exit. */
  readonly rate: number;
  /** Peak resident memory, in MB. */
  readonly peak: number;
}

const server = await openServer();
const folder = await mkdtemp(join(tmpdir(), "couchdb-migrate-bench-"));
const context: Pick<Context, "server"> = { server };
try {
  const few = await migrations("few", documents / 10);
  const many = await migrations("many", documents);
  const megabytes = (await stat(join(many, "units.ndjson"))).size / 1e6;
  console.log(
    `${documents} documents, ${megabytes.toFixed(0)} MB, ${inFlight} requests at once, CouchDB ${server.version}`,
  );
  const small = await ours(few, documents / 10);
  const own: Seeded[] = [];
  const bare: Seeded[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const order = [async () => own.push(await ours(many, documents)), async () => bare.push(await theirs(many))];
    for (const measure of round % 2 === 0 ? order.reverse() : order) await measure();
    console.log(`round ${round}: ours ${said(own.at(-1))}, bare ${said(bare.at(-1))}`);
  }
  const rate = middle(own, "rate") / middle(bare, "rate");
  const memory = middle(own, "peak") / small.peak;
  console.log(`rate, ours to bare: ${rate.toFixed(2)} (target: at least ${targets.rate})`);
  console.log(
    `peak memory, ${documents} to ${documents / 10} documents: ${middle(own, "peak").toFixed(0)} to ${small.peak.toFixed(0)} MB, ${memory.toFixed(2)} (target: at most ${targets.memory})`,
  );
  process.exitCode = rate >= targets.rate && memory <= targets.memory ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
  await server.close();
}

/** A set with one step, and its file. */
async function migrations(name: string, count: number): Promise<string> {
  const set = join(folder, name);
  await mkdir(set);
  await writeFile(
    join(set, "001.yaml"),
    `- id: units\n  ensureDocuments:\n    database: cm-bench-seed\n    from: units.ndjson\n`,
  );
  const file = createWriteStream(join(set, "units.ndjson"));
  for (let n = 0; n < count; n += 1) {
    if (!file.write(`${JSON.stringify(unit(n))}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
  return set;
}

function unit(n: number): object {
  const kinds = ["zergling", "hydralisk", "mutalisk", "overlord"];
  const place = { x: (n * 7_919) % 4_096, y: (n * 104_729) % 4_096, level: n % 7 };
  const history = Array.from({ length: 3 }, (_, i) => ({
    at: 1_700_000_000 + n * 3 + i,
    event: `moved to ${(n * 31 + i) % 997}`,
  }));
  return {
    _id: `unit-${String(n).padStart(9, "0")}`,
    type: kinds[n % 4],
    brood: `brood ${n % 1_000}`,
    alive: n % 3 > 0,
    place,
    history,
  };
}

async function ours(set: string, count: number): Promise<Seeded> {
  await server.remove([ledgerDatabase]);
  return seeded(migrate(context, "apply", set), count);
}

function theirs(set: string): Promise<Seeded> {
  const args = [join(root, "bench/bare/seed.mjs"), join(set, "units.ndjson"), "cm-bench-seed", String(inFlight)];
  return seeded({ args, env: { COUCHDB_URL: server.fullUrl } }, documents);
}

async function seeded({ args, env }: Program, count: number): Promise<Seeded> {
  await server.remove(["cm-bench-seed"]);
  await mustAnswer(server, "PUT", "/cm-bench-seed");
  const file = join(folder, "peak");
  try {
    const program = { args: ["--require", join(root, "bench/peak.cjs"), ...args], env: { ...env, BENCH_PEAK: file } };
    const { milliseconds } = await must(program);
    const { doc_count } = await mustAnswer(server, "GET", "/cm-bench-seed");
    if (doc_count !== count) throw new Error(`${doc_count} of ${count} documents are there`);
    return { rate: count / (milliseconds / 1_000), peak: Number(await readFile(file, "utf8")) / 1e6 };
  } finally {
    await server.remove(["cm-bench-seed"]);
  }
}

function middle(measured: readonly Seeded[], value: keyof Seeded): number {
  const sorted = measured.map((one) => one[value]).sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? 0;
  return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.ceil((sorted.length - 1) / 2))) / 2;
}

function said(one: Seeded | undefined): string {
  return one ? `${one.rate.toFixed(0)} documents a second (${one.peak.toFixed(0)} MB)` : "";
}
