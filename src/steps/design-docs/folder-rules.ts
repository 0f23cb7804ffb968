/** What may lie in a design document's folder. Pure. */
import { nearest } from "../../text/nearest.js";

/** A name without extension, and what the extension makes of its content. */
export interface MemberFile {
  readonly key: string;
  readonly as: "script" | "json" | "text";
}

export interface Entry {
  readonly name: string;
  readonly folder: boolean;
}

/** Editors and couchapp keep files of their own beside ours: names that begin with a dot are nobody's members. */
export function isIgnored({ name }: Entry): boolean {
  return name.startsWith(".");
}

/** Undefined: not a file that we know what to do with. */
export function memberFile(name: string): MemberFile | undefined {
  const [, key, extension] = /^(.+?)(?:\.(js|json|txt))?$/s.exec(name) ?? [];
  if (key === undefined || (extension === undefined && /[.~#]/.test(key))) return undefined;
  if (key.includes("~") || key.includes("#")) return undefined;
  return { key, as: extension === "js" ? "script" : extension === "json" ? "json" : "text" };
}

const functionFolders = ["filters", "lists", "shows", "updates"];
const folders = [...functionFolders, "views", "indexes", "nouveau", "options"];
const topFunctions = ["validate_doc_update", "rewrites"];
const known = [...folders, ...topFunctions, "language", "autoupdate"];

const commonJs =
  "a module is not run here: give each function a file of its own (`views/by-owner/map.js`), or the design document as JSON";

/** Why the entry can't lie there; undefined where it can. `above`: the keys of its folder within the document. */
export function whyNot(above: readonly string[], entry: Entry): string | undefined {
  const [section] = above;
  if (entry.name === "_attachments") return "attachments are not supported: serve files from elsewhere";
  if (!entry.folder && !memberFile(entry.name))
    return "unknown file: members are `.js`, `.json`, `.txt` or without extension";
  if (section === undefined) return whyNotAtTop(entry);
  if (section === "views" && above[1] !== "lib") return whyNotInViews(above, entry);
  if (functionFolders.includes(section) && (entry.folder || memberFile(entry.name)?.as === "json")) {
    return `unknown ${what(entry)}: \`${section}/\` holds one \`.js\` file for each function`;
  }
  return undefined;
}

function whyNotAtTop(entry: Entry): string | undefined {
  const { key, as } = entry.folder
    ? { key: entry.name, as: "folder" }
    : (memberFile(entry.name) ?? { key: "", as: "" });
  if (key === "_id" && as === "text") return undefined;
  if (key.startsWith("_")) return `unknown ${what(entry)}: names that begin with \`_\` are CouchDB's own`;
  if (as === "script" && !topFunctions.includes(key))
    return `\`${entry.name}\` is no function that CouchDB knows; ${commonJs}`;
  if (as === "folder" && topFunctions.includes(key)) return `\`${key}\` is a file`;
  if (as !== "folder" && as !== "json" && folders.includes(key)) return `\`${key}\` is a folder, or a \`.json\` file`;
  if (known.includes(key) || ["lib", "vendor"].includes(key)) return undefined;
  const meant = nearest(key, known);
  return meant === undefined ? undefined : `unknown ${what(entry)} \`${entry.name}\`; did you mean \`${meant}\`?`;
}

function whyNotInViews([, view]: readonly string[], entry: Entry): string | undefined {
  if (view === undefined) {
    if (entry.folder || memberFile(entry.name)?.as === "json") return undefined;
    return `unknown file: a view is a folder, \`views/${memberFile(entry.name)?.key}/map.js\``;
  }
  const { key } = memberFile(entry.name) ?? {};
  if (!entry.folder && ["map", "reduce", "options", "dbcopy"].includes(key ?? "")) return undefined;
  return `unknown ${what(entry)}: a view has \`map.js\`, \`reduce.js\` (or \`reduce\`, with the name of a built-in one) and \`options.json\``;
}

function what({ folder }: Entry): string {
  return folder ? "folder" : "file";
}
