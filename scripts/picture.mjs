/**
 * docs/plan.svg: a plan as a terminal shows it, from real output. `npm run picture` writes it; with `--check` it
 * writes nothing, and fails if the picture is stale. Needs `npm run build` and the embedded server.
 */
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSandbox } from "../dist/library.cjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const picture = join(root, "docs", "plan.svg");
/** Terminal colors. */
const escapes = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`, "g");
const classes = { 1: "bold", 2: "dim", 31: "red", 32: "green", 33: "yellow", 36: "cyan" };

const text = await planOfAnEdit();
const svg = draw(text.trimEnd().split("\n"));
if (!process.argv.includes("--check")) await writeFile(picture, svg);
else if ((await readFile(picture, "utf8").catch(() => "")) !== svg) {
  console.error("docs/plan.svg is stale: run `npm run picture`, and commit it");
  process.exitCode = 1;
}

/** Applies the migrations of the demo, adds documents, edits two steps and adds one, and returns the plan. */
async function planOfAnEdit() {
  const folder = await mkdtemp(join(tmpdir(), "couchdb-migrate-picture-"));
  const server = await startSandbox({ username: "overmind" });
  try {
    const file = join(folder, "migrations", "001-overmind.yaml");
    const map = join(folder, "migrations/design/zerglings/brood/views/strength/map.js");
    await cp(join(root, "migrations"), join(folder, "migrations"), { recursive: true });
    await run(["apply"], folder, server);
    await hatch(server, 1200);
    await edit(map, "emit(doc.kind,", "emit([doc.kind, doc.hatchery],");
    await edit(file, "roles: [hatchery]", "roles: [hatchery, queen]");
    await writeFile(file, `${await readFile(file, "utf8")}\n- id: lurkers\n  ensureDatabase:\n    name: lurkers\n`);
    return (await run(["plan", "--color"], folder, server)).replaceAll(server.url, "http://couchdb:5984");
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function edit(file, from, to) {
  const before = await readFile(file, "utf8");
  if (!before.includes(from)) throw new Error(`${file} does not contain ${from}`);
  await writeFile(file, before.replace(from, to));
}

async function hatch({ url, username, password }, count) {
  const creature = {
    type: "creature",
    kind: "zergling",
    hatchery: "main",
    hitPoints: 35,
    hatchedAt: "2026-01-01T00:00:00Z",
  };
  const docs = Array.from({ length: count }, (_, i) => ({ _id: `zergling-${i}`, ...creature }));
  const authorization = `Basic ${btoa(`${username}:${password}`)}`;
  const headers = { authorization, "content-type": "application/json" };
  const response = await fetch(`${url}/zerglings/_bulk_docs`, {
    method: "POST",
    headers,
    body: JSON.stringify({ docs }),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** Returns the command's stdout. */
function run(args, cwd, { url, username, password }) {
  const env = { PATH: process.env.PATH, COUCHDB_URL: url, COUCHDB_USERNAME: username, COUCHDB_PASSWORD: password };
  const child = spawn(process.execPath, [join(root, "dist/cli.cjs"), ...args], { cwd, env });
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => (out += data));
  child.stderr.on("data", (data) => (err += data));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(out) : reject(new Error(err))));
  });
}

function draw(lines) {
  const height = 20;
  const command = '<tspan class="dim">$</tspan> couchdb-migrate plan';
  const rows = [command, "", ...lines.map(colored)].map(
    (row, i) => `<text x="16" y="${32 + i * height}">${row}</text>`,
  );
  const longest = Math.max(...lines.map((line) => line.replaceAll(escapes, "").length));
  const size = { width: longest * 8 + 32, height: rows.length * height + 32 };
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="A plan in a terminal">
<style>
rect { fill: #0d1117; }
text { fill: #e6edf3; font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre; }
.bold { font-weight: bold; } .dim { fill: #8b949e; } .red { fill: #ff7b72; } .green { fill: #56d364; } .yellow { fill: #e3b341; } .cyan { fill: #76e3ea; }
</style>
<rect width="100%" height="100%" rx="8"/>
${rows.join("\n")}
</svg>
`;
}

/** Converts a line with terminal colors to SVG spans. */
function colored(line) {
  let open = 0;
  const parts = line.split(escapes).map((part, i) => {
    if (i % 2 === 0) return part.replace(/&/g, "&amp;").replace(/</g, "&lt;");
    if (classes[part]) {
      open++;
      return `<tspan class="${classes[part]}">`;
    }
    if (open === 0) return "";
    open--;
    return "</tspan>";
  });
  return parts.join("") + "</tspan>".repeat(open);
}
