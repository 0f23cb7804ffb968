/** Reads files and folders as couchdb-bootstrap reads documents: one field per file, named without its extension. */
import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { readBytes } from "../../files/regular-file.js";
import { parseJson } from "../../objects/json-text.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { lossyNumbers } from "../../text/json-scan.js";
import { byName } from "../names.js";

export interface Entry {
  readonly name: string;
  readonly folder: boolean;
}

export type Report = (file: string, reason: string) => void;

const runsNothing =
  "modules are not executed: print what it exports as JSON (functions as text) into a `.json` file next to it, then import again";

const seedIt = "name the file in `from` of an ensureDocuments step, which keeps all digits";

/** Without hidden files, in code-unit order. */
export async function entriesOf(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { withFileTypes: true });
  return found
    .filter(({ name }) => !name.startsWith("."))
    .map((entry) => ({ name: entry.name, folder: entry.isDirectory() }))
    .sort((a, b) => byName(a.name, b.name));
}

/** The object in a `.json` file or a folder; undefined, with a report, if there is none. */
export async function objectOf(path: string, { name, folder }: Entry, report: Report): Promise<JsonObject | undefined> {
  if (folder) return folderObject(path, report);
  if (name.endsWith(".json")) {
    const value = await jsonOf(path, report);
    if (value === undefined || isObject(value)) return value;
    report(path, "it contains no JSON object");
  } else report(path, /\.[cm]?js$/.test(name) ? runsNothing : "not a `.json` file or a folder");
  return undefined;
}

/** The name of the entry without an extension. */
export function keyOf({ name, folder }: Entry): string {
  return folder ? name : name.replace(/\.[^.]*$/, "");
}

async function folderObject(path: string, report: Report): Promise<JsonObject | undefined> {
  const entries = await entriesOf(path);
  if (entries.some(({ name, folder }) => name === "index.js" && !folder)) {
    report(join(path, "index.js"), runsNothing);
    return undefined;
  }
  const members = await membersIn(path, report);
  const attachments = entries.some(({ name, folder }) => name === "_attachments" && folder)
    ? { _attachments: await attachmentsIn(join(path, "_attachments"), "") }
    : {};
  return { ...members, ...attachments };
}

async function membersIn(folder: string, report: Report): Promise<JsonObject> {
  const members: [string, unknown][] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.folder) {
      if (entry.name !== "_attachments") members.push([entry.name, await membersIn(path, report)]);
    } else if (entry.name.endsWith(".json")) {
      const value = await jsonOf(path, report);
      if (value !== undefined) members.push([keyOf(entry), value]);
    } else members.push([keyOf(entry), textOf(path).trim()]);
  }
  return Object.fromEntries(members);
}

async function jsonOf(path: string, report: Report): Promise<unknown> {
  const text = textOf(path);
  const parsed = parseJson(text);
  const [lossy] = lossyNumbers(text);
  if ("value" in parsed && !lossy) return parsed.value;
  report(path, "value" in parsed ? `its number ${lossy?.source} can't be copied exactly; ${seedIt}` : parsed.message);
  return undefined;
}

/** With LF line ends, as steps read files. */
function textOf(path: string): string {
  return readBytes(path)
    .toString()
    .replace(/^\ufeff/, "")
    .replaceAll(/\r\n?/g, "\n");
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".gif": "image/gif",
  ".html": "text/html",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".json": "application/json",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
  ".xml": "application/xml",
};

async function attachmentsIn(folder: string, above: string): Promise<JsonObject> {
  const found: [string, unknown][] = [];
  for (const { name, folder: isFolder } of await entriesOf(folder)) {
    const path = join(folder, name);
    if (isFolder) found.push(...Object.entries(await attachmentsIn(path, `${above}${name}/`)));
    else {
      const data = readBytes(path).toString("base64");
      const content_type = types[extname(name).toLowerCase()] ?? "application/octet-stream";
      found.push([above + name, { content_type, data }]);
    }
  }
  return Object.fromEntries(found);
}
