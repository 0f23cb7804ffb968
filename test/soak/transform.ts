/**
 * A transformation that is killed repeatedly while a user writes. Not part of the tests: it takes minutes.
 *
 *   npm run soak:transform                       on a throwaway CouchDB
 *   COUCHDB_URL=http://admin:secret@127.0.0.1:5984 DOCS=20000 KILLS=100 npm run soak:transform
 *
 *   PARTS=4 npm run soak:transform               with this many concurrent processes, any of which is killed
 *   NODES=3 npm run soak:transform               on a cluster, each process through another node
 *
 * Every document's counter must be exactly one higher than its writer left it. Prints what it did, and exits with 1
 * if a counter is wrong.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startNodes } from "../support/cluster.js";
import { type Addressed, must, request, until } from "../support/request.js";
import { seed } from "../support/seed.js";
import { makeFolder, removeFolder, writeFiles } from "../support/temp.js";

const documents = Number(process.env.DOCS ?? 20_000);
const kills = Number(process.env.KILLS ?? 100);
/**
 * Documents per second: so few that the work is not done before the last kill. A run is killed after three quarters of
 * a second.
 */
const rate = Number(process.env.RATE ?? Math.max(1, Math.floor(documents / kills)));
const longest = Number(process.env.LONGEST ?? 1_500);
const leaseTtl = process.env.LEASE_TTL ?? "3s";
/** The killing ends then, however many kills there were. */
const minutes = Number(process.env.MINUTES ?? 60);
const database = `cm-soak-${Date.now().toString(36)}`;

const parts = Number(process.env.PARTS ?? 0);
const size = Number(process.env.NODES ?? 1);
const given = process.env.COUCHDB_URL === undefined ? undefined : new URL(process.env.COUCHDB_URL);
const own = given ? undefined : await startNodes(size);
const servers: readonly Addressed[] = own?.nodes ?? [
  {
    url: given?.origin ?? "",
    admin: { name: decodeURIComponent(given?.username ?? ""), password: decodeURIComponent(given?.password ?? "") },
  },
];
const server = servers[0] as Addressed;

const folder = await makeFolder();
await writeFiles(folder, {
  "001.yaml": `- id: plus-one\n  transformDocuments: { database: ${database}, script: plus-one.mjs }\n`,
  "plus-one.mjs": "export default (document) => ({ ...document, counter: document.counter + 1 });\n",
});

/** The expected final value of each counter. */
const expected = new Map<string, number>();
const wrote = { edits: 0, conflicts: 0, made: 0, faint: 0 };
/** A minority of the nodes stored the writer's edit (202): CouchDB promises nothing about it. */
const unsure = new Set<string>();

async function prepare(): Promise<void> {
  await must(server, "PUT", `/${database}`);
  await seed(server, database, documents, (n) => {
    const _id = `d${String(n).padStart(8, "0")}`;
    expected.set(_id, n + 1);
    return { _id, counter: n, text: "larva ".repeat(20) };
  });
}

/** A lost connection is like an answer with 500: the write may have happened. */
function ask(method: string, path: string, body?: object): Promise<{ status: number; body: Document }> {
  const lost = { status: 599, body: {} as Document };
  return request(server, method, path, body === undefined ? {} : { body }).catch(() => lost);
}

interface Document {
  readonly counter: number;
  readonly edit?: string;
}

/** Adds ten to counters, and creates documents, until it is told to stop. */
async function write(stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const id = `d${String(Math.floor(Math.random() * documents)).padStart(8, "0")}`;
    const path = `/${database}/${id}`;
    const read = await ask("GET", path);
    // A busy server sometimes fails to read.
    if (read.status !== 200) continue;
    const edit = `${wrote.edits}-${wrote.conflicts}`;
    const body = { ...read.body, counter: read.body.counter + 10, edit };
    const { status } = await ask("PUT", path, body);
    if (status === 202) {
      wrote.faint += 1;
      unsure.add(id);
      continue;
    }
    const there = () =>
      until(
        () => ask("GET", path),
        (answer) => answer.status === 200,
      );
    const took = status < 300 || (status >= 500 && (await there()).body.edit === edit);
    if (!took) wrote.conflicts += 1;
    else {
      wrote.edits += 1;
      expected.set(id, (expected.get(id) ?? 0) + 10);
    }
    if (Math.random() < 0.2) {
      const made = `${Math.random() < 0.5 ? "a" : "e"}${wrote.made}`;
      await until(
        () => ask("PUT", `/${database}/${made}`, { counter: 7 }),
        (answer) => answer.status < 300 || answer.status === 409,
      );
      expected.set(made, 8);
      wrote.made += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** The peak memory, in MB. */
  readonly peak: number;
}

/** `atWork` is called once the runner has reached the documents. */
function run(args: readonly string[], atWork: (child: ChildProcess) => void, through = server): Promise<Ended> {
  const env = {
    PATH: process.env.PATH,
    COUCHDB_URL: through.url,
    COUCHDB_USERNAME: through.admin.name,
    COUCHDB_PASSWORD: through.admin.password,
  };
  const all = [
    "./dist/cli.cjs",
    "apply",
    folder,
    "--set",
    database,
    "--lease-ttl",
    leaseTtl,
    "--log-level",
    "trace",
    ...args,
  ];
  const child = spawn(process.execPath, all, { env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  let working = false;
  let peak = 0;
  const watch = setInterval(async () => {
    const status = await readFile(join("/proc", String(child.pid), "status"), "utf8").catch(() => "");
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_000);
  }, 500);
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-4_000);
    if (working || !/PUT \S*_local\/couchdb-migrate%3A|_bulk_docs/.test(text)) return;
    working = true;
    atWork(child);
  });
  return new Promise((resolve) =>
    child.on("close", (code, signal) => {
      clearInterval(watch);
      resolve({ code, signal, stderr, peak });
    }),
  );
}

try {
  await prepare();
  const stop = new AbortController();
  const writer = write(stop.signal);
  const began = performance.now();
  let [killed, leasesLost, waits] = [0, 0, 0];
  let finished = false;
  const mayGoOn = () => killed < kills && !finished && performance.now() - began < minutes * 60_000;
  /** Runs one part, or all, again and again, each run killed at random. */
  const killing = async (number: number) => {
    const through = servers[number % servers.length] ?? server;
    const part = parts > 0 ? ["--part", `${number}/${parts}`] : [];
    while (mayGoOn()) {
      const die = (child: ChildProcess) => void setTimeout(() => child.kill("SIGKILL"), Math.random() * longest);
      const { code, signal, stderr } = await run(["--rate", String(rate), ...part], die, through);
      if (signal === "SIGKILL") {
        killed += 1;
        if (killed % 10 === 0)
          console.log(`${killed} kills, ${Math.round((performance.now() - began) / 1_000)} s`, wrote);
      } else if (code === 0 && parts === 0) finished = true;
      // Its part is done; the others continue.
      else if (code === 0) return;
      // On a busy machine, a lease is sometimes lost, or takes too long to get: the next run continues.
      else if (/lease-lost/.test(stderr)) leasesLost += 1;
      else if (code === 5) waits += 1;
      else throw new Error(`the runner ended with ${code}: ${stderr}`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parts) }, (_, index) => killing(index + 1)));
  // Documents created after the step is done are not its concern: only a writer that stops earlier can be checked.
  if (finished) throw new Error(`it was done after ${killed} of ${kills} kills: give it a lower RATE than ${rate}`);
  const last = performance.now();
  // An ordinary run: it also does what is left of the parts.
  let ended = await run([], () => stop.abort());
  while (/lease-lost/.test(ended.stderr)) {
    leasesLost += 1;
    ended = await run([], () => stop.abort());
  }
  if (ended.code !== 0) throw new Error(`the last run ended with ${ended.code}: ${ended.stderr}`);
  stop.abort();
  await writer;
  const seconds = (performance.now() - last) / 1_000;
  const { rows } = await must(server, "GET", `/${database}/_all_docs?include_docs=true&conflicts=true`);
  const wrong = rows.filter(
    ({ id, doc }: { id: string; doc: { counter: number } }) => !unsure.has(id) && doc.counter !== expected.get(id),
  );
  const conflicted = rows.filter(({ doc }: { doc: { _conflicts?: unknown } }) => doc._conflicts).length;
  console.log(
    wrong.slice(0, 10).map(({ id, doc }: { id: string; doc: object }) => ({ expected: expected.get(id), doc })),
  );
  console.log({
    documents: rows.length,
    missing: expected.size - rows.length,
    kills: killed,
    leasesLost,
    waits,
    parts,
    nodes: servers.length,
    ...wrote,
    wrongCounters: wrong.length,
    conflicted,
    secondsOfLastRun: Math.round(seconds),
    peakMegabytes: Math.round(ended.peak),
  });
  process.exitCode = wrong.length > 0 || rows.length !== expected.size ? 1 : 0;
} finally {
  await request(server, "DELETE", `/${database}`);
  await removeFolder(folder);
  await own?.close();
}
