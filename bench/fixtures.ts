/**
 * What is installed, in the three formats that the programs read: migration files, a folder for couchdb-bootstrap,
 * and one JSON file for the bare program. All three result in the same documents.
 */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

interface DesignDoc {
  readonly _id: string;
  readonly [member: string]: unknown;
}

interface Database {
  readonly name: string;
  readonly security: typeof security;
  readonly docs: readonly DesignDoc[];
  /** In the format of `POST /db/_index`. */
  readonly index: { readonly name: string; readonly ddoc: string; readonly index: { readonly fields: string[] } };
}

export interface Shape {
  /** The prefix of the database names. */
  readonly prefix: string;
  readonly databases: number;
  /** Steps per database: one each for the database itself, its security and an index; the rest are design documents. */
  readonly stepsEach: number;
}

export const security = {
  admins: { names: [], roles: ["overmind"] },
  members: { names: [], roles: ["hatchery"] },
};

export function databasesOf({ prefix, databases, stepsEach }: Shape): Database[] {
  return Array.from({ length: databases }, (_, i) => ({
    name: `${prefix}-${String(i).padStart(3, "0")}`,
    security,
    docs: Array.from({ length: stepsEach - 3 }, (_, j) => designDoc(j)),
    index: { name: "by-owner", ddoc: "by-owner", index: { fields: ["owner", "born"] } },
  }));
}

function designDoc(number: number): DesignDoc {
  return {
    _id: `_design/brood-${number}`,
    language: "javascript",
    views: {
      "by-kind": {
        map: `function (doc) {\n  if (doc.brood === ${number}) emit([doc.kind, doc.born]);\n}`,
        reduce: "_count",
      },
    },
  };
}

/** One file per database, one step per object. JSON is also YAML. */
export async function writeMigrations(folder: string, databases: readonly Database[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, security, docs, index } of databases) {
    const steps = [
      ["database", `ensureDatabase:\n    name: ${name}`],
      [
        "security",
        `ensureSecurity:\n    database: ${name}\n    admins: ${JSON.stringify(security.admins)}\n    members: ${JSON.stringify(security.members)}`,
      ],
      ...docs.map(({ _id, ...doc }) => {
        const id = _id.slice("_design/".length);
        return [id, `ensureDesignDocs:\n    database: ${name}\n    docs:\n      ${id}:\n${indented(doc)}`];
      }),
      [
        "index",
        `ensureIndexes:\n    database: ${name}\n    indexes:\n      ${index.name}:\n        ddoc: ${index.ddoc}\n        index: ${JSON.stringify(index.index)}`,
      ],
    ];
    const text = steps.map(([id, body]) => `- id: ${name}-${id}\n  ${body}\n`).join("\n");
    await writeFile(join(folder, `${name}.yaml`), text);
  }
}

/** The security, the first design document and the index of `databasesOf`, in all databases that match the pattern. */
export async function writePattern(folder: string, database: string): Promise<void> {
  const [{ docs, index }] = databasesOf({ prefix: "any", databases: 1, stepsEach: 4 }) as [Database];
  const [{ _id, ...doc }] = docs as [DesignDoc];
  const steps = [
    { id: "security", ensureSecurity: { database, ...security } },
    { id: "views", ensureDesignDocs: { database, docs: { [_id.slice("_design/".length)]: doc } } },
    { id: "index", ensureIndexes: { database, indexes: { [index.name]: { ddoc: index.ddoc, index: index.index } } } },
  ];
  await writeFile(join(folder, "001.yaml"), JSON.stringify(steps));
}

/** Indented as people write a design document: one field per line, functions as block text. */
function indented(doc: object, depth = 4): string {
  return Object.entries(doc)
    .map(([key, value]) => {
      const space = "  ".repeat(depth);
      if (typeof value === "object") return `${space}${key}:\n${indented(value, depth + 1)}`;
      if (!value.includes("\n")) return `${space}${key}: ${value}`;
      return `${space}${key}: |-\n${value.replace(/^/gm, `${space}  `)}`;
    })
    .join("\n");
}

/** couchdb-bootstrap does not support indexes: it gets the design document that CouchDB creates for an index. */
export async function writeBootstrapFolder(folder: string, databases: readonly Database[]): Promise<void> {
  for (const { name, security, docs, index } of databases) {
    const design = join(folder, name, "_design");
    await mkdir(design, { recursive: true });
    await writeFile(join(folder, name, "_security.json"), JSON.stringify(security));
    for (const { _id, ...doc } of [...docs, indexDoc(index)]) {
      await writeFile(join(design, `${_id.slice("_design/".length)}.json`), JSON.stringify(doc));
    }
  }
}

function indexDoc({ name, ddoc, index }: Database["index"]): DesignDoc {
  const fields = Object.fromEntries(index.fields.map((field) => [field, "asc"]));
  const map = { fields, partial_filter_selector: {} };
  const views = { [name]: { map, reduce: "_count", options: { def: index } } };
  return { _id: `_design/${ddoc}`, language: "query", views };
}

export async function writeUsers(folder: string, prefix: string, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const names = Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(3, "0")}`);
  const steps = names.map(
    (name) =>
      `- id: ${name}\n  ensureUser:\n    name: ${name}\n    password: the password of ${name}\n    roles: [zerg]\n`,
  );
  await writeFile(join(folder, "users.yaml"), steps.join("\n"));
  return names;
}

/** A set that loads this many documents into a database that exists. @returns the path of the NDJSON file */
export async function writeUnits(folder: string, database: string, count: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const step = `- id: units\n  ensureDocuments:\n    database: ${database}\n    from: units.ndjson\n`;
  await writeFile(join(folder, "001.yaml"), step);
  const path = join(folder, "units.ndjson");
  const file = createWriteStream(path);
  for (let n = 0; n < count; n += 1) {
    if (!file.write(`${JSON.stringify(unit(n))}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
  return path;
}

export function unitId(n: number): string {
  return `unit-${String(n).padStart(9, "0")}`;
}

function unit(n: number): object {
  const kinds = ["zergling", "hydralisk", "mutalisk", "overlord"];
  const place = { x: (n * 7_919) % 4_096, y: (n * 104_729) % 4_096, level: n % 7 };
  const history = Array.from({ length: 3 }, (_, i) => ({
    at: 1_700_000_000 + n * 3 + i,
    event: `moved to ${(n * 31 + i) % 997}`,
  }));
  return { _id: unitId(n), type: kinds[n % 4], brood: `brood ${n % 1_000}`, alive: n % 3 > 0, place, history };
}

/** A set that sets a field in every document. */
export async function writeTransformation(folder: string, database: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const step = `- id: legs\n  transformDocuments:\n    database: ${database}\n    set: { /legs: 6 }\n`;
  await writeFile(join(folder, "001.yaml"), step);
}
