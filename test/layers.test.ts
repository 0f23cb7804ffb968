/** Which folder of src/ may import which, and that no files import each other in a circle. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

/**
 * Each folder, or file in src/ itself, with those that it may import. It may name only folders above it, so
 * there is no circle. To let a folder import one more, add it here; if that one is below, move what both need further
 * up.
 */
const layers: Readonly<Record<string, string>> = {
  text: "",
  contract: "text",
  secrets: "text",
  "design-doc-rules": "text",
  "package-file.ts": "",
  "missing-module.ts": "",
  "version.ts": "package-file.ts",
  files: "contract",
  couch: "text contract secrets",
  steps: "text contract files couch",
  objects: "text contract secrets design-doc-rules files couch steps",
  transform: "text contract couch steps objects",
  kinds: "text contract secrets couch steps objects transform",
  generated: "steps",
  migrations: "text contract secrets version.ts files steps kinds generated",
  ledger: "text contract couch migrations",
  policies: "text contract",
  engine: "text contract secrets version.ts couch steps objects kinds generated migrations ledger policies",
  doctor: "text contract secrets version.ts couch kinds migrations ledger engine",
  lint: "text contract design-doc-rules couch objects kinds migrations",
  import: "text contract secrets design-doc-rules files couch steps objects kinds migrations engine",
  render: "text contract import",
  settings: "text contract files couch",
  "start-sandbox.ts": "contract missing-module.ts",
  testing: "text contract files couch design-doc-rules steps kinds generated migrations engine start-sandbox.ts",
  "index.ts": "contract version.ts migrations engine doctor lint import start-sandbox.ts testing",
  commands:
    "text contract secrets package-file.ts version.ts files steps kinds migrations engine doctor lint import render settings start-sandbox.ts testing index.ts",
  "main.ts": "contract secrets engine render settings commands",
  "cli.ts": "contract engine index.ts main.ts",
};

const source = "src";

/** Each file of src/ with those that it imports, types included. */
const imports = new Map(
  readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => [file, importedBy(file)] as const),
);

function importedBy(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(source, file), "utf8"));
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => normalize(join(dirname(file), fileName)).replace(/\.js$/, ".ts"));
}

function layerOf(file: string): string {
  return file.split("/", 1)[0] ?? "";
}

function allowedFor(layer: string): string[] {
  return (layers[layer] ?? "").split(" ").filter(Boolean);
}

test.each(Object.keys(layers))("%s may import only layers above it", (layer) => {
  const names = Object.keys(layers);
  expect(names.slice(0, names.indexOf(layer))).toEqual(expect.arrayContaining(allowedFor(layer)));
});

test("every folder has a layer", () => {
  expect(Object.keys(layers).sort()).toEqual([...new Set([...imports.keys()].map(layerOf))].sort());
});

test("no file imports from a layer that its own layer may not import", () => {
  const wrong = [...imports].flatMap(([file, imported]) => {
    const allowed = [layerOf(file), ...allowedFor(layerOf(file))];
    return imported
      .filter((other) => imports.has(other) && !allowed.includes(layerOf(other)))
      .map((other) => `${file} → ${other}`);
  });
  expect(wrong).toEqual([]);
});

test("every layer that a folder may import is imported", () => {
  const unused = Object.keys(layers).flatMap((layer) => {
    const used = new Set(
      [...imports].filter(([file]) => layerOf(file) === layer).flatMap(([, imported]) => imported.map(layerOf)),
    );
    return allowedFor(layer)
      .filter((other) => !used.has(other))
      .map((other) => `${layer} → ${other}`);
  });
  expect(unused).toEqual([]);
});

test("only the inventory knows how databases are read", () => {
  const users = [...imports].flatMap(([file, imported]) => (imported.includes("couch/databases.ts") ? file : []));
  expect(users.sort()).toEqual(["couch/inventory.ts", "couch/stamp.ts"]);
});

/** A separate product: docs/sandbox.md says what it is for. */
const sandbox = readdirSync("sandbox", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

test("the sandbox imports few layers of src/, and only start-sandbox.ts imports the sandbox", () => {
  const used = sandbox.flatMap((file) => importedBy(join("..", "sandbox", file)));
  const layersUsed = used.filter((file) => file.startsWith("../src/")).map((file) => layerOf(file.slice(7)));
  expect([...new Set(layersUsed)].sort()).toEqual(["design-doc-rules", "missing-module.ts", "text"]);
  const users = [...imports].flatMap(([file, imported]) =>
    imported.some((other) => other.startsWith("../sandbox/")) ? [file] : [],
  );
  expect(users).toEqual(["start-sandbox.ts"]);
});

test("only couch/ can send requests", () => {
  const network = /^(?:node:)?(?:http|https|http2|net|tls|dgram|dns|undici)(?:\/|$)|^nano$/;
  const senders = [...imports.keys()].filter((file) => {
    const text = readFileSync(join(source, file), "utf8");
    const { importedFiles } = ts.preProcessFile(text);
    return importedFiles.some(({ fileName }) => network.test(fileName)) || /\bfetch\(/.test(text);
  });
  expect(senders).toContain("couch/http-transport.ts");
  expect([...new Set(senders.map(layerOf))]).toEqual(["couch"]);
});

test("no files import each other in a circle", () => {
  expect(circleIn(imports)).toEqual([]);
});

/** The files of one circle, in order; empty: there is none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const other of graph.get(file) ?? []) {
      const circle = visit(other, [...way, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
