/**
 * `npm run bench`: compares couchdb-migrate with its counterparts on a real CouchDB.
 *
 *   npm run bench                                  every row, 9 runs each
 *   npm run bench -- --rows rerun-1,fresh-* --runs 3
 *                                                  a part of it
 *   npm run bench -- --publish                     every row, and docs/performance.md from what was measured
 *   npm run bench -- --document                    docs/performance.md from docs/performance.json, nothing measured
 *   npm run bench -- --list                        the ids
 *
 * Uses COUCHDB_URL, or starts the CouchDB at COUCHDB_HOME. It removes everything that it creates there.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, type as systemType, tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { patternTest } from "../src/couch/pattern.js";
import type { Context } from "./context.js";
import { bootstrapVersion, installBootstrap } from "./counterpart.js";
import { asDocument } from "./document.js";
import { root } from "./processes.js";
import { asText, type Machine, type Report } from "./report.js";
import { alternate, type Scenario } from "./scenario.js";
import { scenarios } from "./scenarios/index.js";
import { openServer } from "./server.js";
import { type Summary, summarize } from "./summary.js";

const fewest = 9;
const published = { json: join(root, "docs/performance.json"), document: join(root, "docs/performance.md") };

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "" },
    runs: { type: "string", default: String(fewest) },
    out: { type: "string", default: join(root, "node_modules/.cache/couchdb-migrate-bench/results.json") },
    publish: { type: "boolean", default: false },
    document: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});
const runs = Number(values.runs);
const asked = values.rows.split(",").filter((pattern) => pattern !== "");

if (values.list) {
  for (const { id, work, against } of scenarios.flatMap(({ rows }) => rows)) {
    console.log([id.padEnd(16), work, ...(against ? [`against ${against}`] : [])].join("  "));
  }
} else if (values.document) {
  await writeDocument(JSON.parse(await readFile(published.json, "utf8")));
} else {
  if (!Number.isInteger(runs) || runs < 1) throw new Error("--runs takes a number of runs");
  if (values.publish && (asked.length > 0 || runs < fewest)) {
    throw new Error(`--publish goes with every row, and with ${fewest} runs or more`);
  }
  if (!scenarios.flatMap(({ rows }) => rows).some(({ id }) => isAsked(id)))
    throw new Error("--rows names none; see --list");
  const report = await measureAll();
  console.log(asText(report));
  if (runs < fewest) console.log(`\n${runs} runs are too few for a verdict: ${fewest} or more.`);
  if (values.publish) {
    await write(published.json, asJson(report));
    await writeDocument(report);
  }
}

function isAsked(id: string): boolean {
  return asked.length === 0 || asked.some((pattern) => patternTest(pattern)(id));
}

async function measureAll(): Promise<Report> {
  const [load = 0] = loadavg();
  const server = await openServer();
  const folder = await mkdtemp(join(tmpdir(), "couchdb-migrate-bench-"));
  try {
    const context: Context = { server, folder, bootstrap: installBootstrap };
    const rows: Summary[] = [];
    const notes: string[] = [];
    const measuredAt = new Date().toISOString();
    const report: Report = { formatVersion: 1, measuredAt, machine: machine(server.version, load), rows, notes };
    for (const scenario of scenarios) {
      const found = await measure(scenario, context);
      rows.push(...found.rows);
      notes.push(...found.notes);
      // After each scenario: the whole takes half an hour.
      await write(values.out, asJson(report));
    }
    return report;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await server.close();
  }
}

function asJson(report: Report): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

async function measure(scenario: Scenario<Context>, context: Context): Promise<Pick<Report, "rows" | "notes">> {
  const rows = scenario.rows.filter(({ id }) => isAsked(id));
  if (rows.length === 0) return { rows: [], notes: [] };
  const names = rows.map(({ id }) => id).join(", ");
  process.stderr.write(`${names}: preparing\n`);
  const { series, notes, close } = await scenario.prepare(context);
  try {
    const wanted = new Set(rows.flatMap(({ ours, theirs }) => [ours, ...(theirs === undefined ? [] : [theirs])]));
    const chosen = new Map(Object.entries(series).filter(([name]) => wanted.has(name)));
    const rounds = Math.min(runs, scenario.most ?? runs);
    const measured = await alternate(chosen, rounds, scenario.warmUp ?? 0, (round) => {
      process.stderr.write(`${names}: ${round > 0 ? `${round} of ${rounds}` : "warming up"}\n`);
    });
    return { rows: rows.map((row) => summarize(row, measured)), notes: notes?.() ?? [] };
  } finally {
    await close();
  }
}

function machine(couchdb: string, load: number): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory: totalmem(),
    system: `${systemType()} ${process.arch}`,
    node: process.versions.node,
    couchdb,
    bootstrap: bootstrapVersion,
    load,
  };
}

async function writeDocument(report: Report): Promise<void> {
  await write(published.document, asDocument(report));
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
