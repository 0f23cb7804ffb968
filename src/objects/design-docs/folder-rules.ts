/** What a design document's folder may contain; the layout is couchapp's. Pure. */
import { nearest } from "../../text/nearest.js";

/** A name without its last extension, as in couchapp, and how the extension determines the content. */
export interface MemberFile {
  readonly key: string;
  readonly extension: string;
  readonly as: "json" | "text";
}

export interface Entry {
  readonly name: string;
  readonly folder: boolean;
}

/** couchapp pushes the documents in it together with the design document; here they need their own step. */
export function isSeedFolder(above: readonly string[], { name, folder }: Entry): boolean {
  return above.length === 0 && folder && name === "_docs";
}

/** Undefined: a backup copy of an editor. */
export function memberFile(name: string): MemberFile | undefined {
  const [, key = name, extension = ""] = /^(.+)\.([^.]*)$/s.exec(name) ?? [];
  if (/[~#]/.test(name)) return undefined;
  return { key, extension, as: extension === "json" ? "json" : "text" };
}

/** The language of functions in files with this extension; undefined: not certain. */
export function languageOf(extension: string): string | undefined {
  return { coffee: "coffeescript", erl: "erlang" }[extension];
}

const codeExtensions = ["", "coffee", "erl", "js", "txt"];

const functionFolders = ["filters", "lists", "shows", "updates"];
const folders = [...functionFolders, "views", "indexes", "nouveau", "options"];
const topFunctions = ["validate_doc_update", "rewrites"];
const known = [...folders, ...topFunctions, "language", "autoupdate"];

const commonJs =
  "modules are not executed: put each function into its own file (`views/by-owner/map.js`), or write the design document as JSON";

const orIgnore = "to leave it out, add it to `ignore`";

/** Why the entry is not allowed there; undefined if it is. `above`: the keys of its folder within the document. */
export function whyNot(above: readonly string[], entry: Entry): string | undefined {
  const [section] = above;
  if (entry.name === "_attachments") return "attachments are not supported: serve files from elsewhere";
  if (!entry.folder && !memberFile(entry.name)) return `unknown file: it looks like an editor's copy; ${orIgnore}`;
  if (section === undefined) return whyNotAtTop(entry);
  if (section === "views" && above.length <= 2 && above[1] !== "lib") return whyNotInViews(above, entry);
  if (functionFolders.includes(section) && above.length === 1 && !isCode(entry)) {
    return `unknown ${what(entry)}: \`${section}/\` must contain one \`.js\` or \`.erl\` file per function, and modules that the code requires; ${orIgnore}`;
  }
  return undefined;
}

/** Whether an entry that `whyNot` refuses may still be a module that the code requires, or a folder of modules. */
export function mayBeModule({ name, folder }: Entry): boolean {
  if (/^_|[~#]/.test(name)) return false;
  return folder || memberFile(name)?.extension === "js";
}

function isCode({ name, folder }: Entry): boolean {
  return !folder && codeExtensions.includes(memberFile(name)?.extension ?? "?");
}

function whyNotAtTop(entry: Entry): string | undefined {
  const { key, extension } = entry.folder
    ? { key: entry.name, extension: "folder" }
    : (memberFile(entry.name) ?? { key: "", extension: "" });
  if (key === "_id" && extension !== "json" && extension !== "folder") return undefined;
  if (key.startsWith("_")) return `unknown ${what(entry)}: names that begin with \`_\` are reserved; ${orIgnore}`;
  if (extension === "js" && !topFunctions.includes(key))
    return `\`${entry.name}\` is not a function that CouchDB knows; ${commonJs}; ${orIgnore}`;
  if (extension === "folder" && topFunctions.includes(key)) return `\`${key}\` is a file`;
  if (isCode(entry) && folders.includes(key)) return `\`${key}\` is a folder, or a \`.json\` file`;
  if (known.includes(key) || ["lib", "vendor"].includes(key)) return undefined;
  if (!["", "folder", "json", "txt"].includes(extension)) return undefined;
  const meant = nearest(key, known);
  return meant === undefined
    ? undefined
    : `unknown ${what(entry)} \`${entry.name}\`; did you mean \`${meant}\`? Otherwise ${orIgnore}`;
}

function whyNotInViews([, view]: readonly string[], entry: Entry): string | undefined {
  if (view === undefined) {
    if (entry.folder || memberFile(entry.name)?.as === "json") return undefined;
    const { key } = memberFile(entry.name) ?? {};
    return `unknown file: a view is a folder, \`views/${key}/map.js\`; ${orIgnore}`;
  }
  const { key, as } = memberFile(entry.name) ?? {};
  const known = ["map", "reduce", "options", "dbcopy"].includes(key ?? "");
  if (known && (as === "json" || isCode(entry))) return undefined;
  return `unknown ${what(entry)}: a view can have \`map.js\`, \`reduce.js\` (or \`reduce\`, with the name of a built-in one) and \`options.json\`; ${orIgnore}`;
}

function what({ folder }: Entry): string {
  return folder ? "folder" : "file";
}
