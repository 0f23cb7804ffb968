/** Files that are left out of design document folders: hidden ones, the step's `ignore`, `.couchappignore`. */
import { basename } from "node:path/posix";
import { createContext, Script } from "node:vm";
import ignore from "ignore";
import { SourceText } from "../../files/source-text.js";
import type { StepFiles } from "../../steps/step-files.js";
import { parseJson } from "../json-text.js";

/** `path`: relative to the folder, without a trailing slash. */
type Hides = (path: string, folder: boolean) => boolean;

/** `files` without anything in `root` that is hidden or matches the patterns, which have the syntax of `.gitignore`. */
export function ignoring(files: StepFiles, root: string, patterns: readonly string[]): StepFiles {
  const rules = ignore({ ignorecase: false }).add([...patterns]);
  return without(files, root, (path, folder) => {
    return basename(path).startsWith(".") || rules.ignores(folder ? `${path}/` : path);
  });
}

/**
 * `seen` with the files that couchapp would use for the design document in `root`; `.couchappignore` is read through
 * `files`.
 */
export async function ignoringAsCouchapp(
  seen: StepFiles,
  files: StepFiles,
  root: string,
  pointer: string,
): Promise<StepFiles> {
  const entries = await files.list(root, pointer);
  if (!entries.some(({ name, folder }) => name === listName && !folder)) return seen;
  const list = `${root}/${listName}`;
  let expressions = await readList(files, list, pointer);
  const within = timeLimit();
  return without(seen, root, (path) => {
    const parts = partsOf(path);
    try {
      return within(() => expressions.some((expression) => parts.some((part) => expression.test(part))));
    } catch {
      // Reported once: each further name would take as long.
      expressions = [];
      const message = `an expression needs more than ${longest / 1e3} s to match \`${path}\``;
      files.problem({ file: list, line: 1, column: 1 }, "couchapp-ignore", message);
      return false;
    }
  });
}

const listName = ".couchappignore";

/** Milliseconds. A backtracking expression may take hours, during which the process could not handle a signal. */
const longest = 1_000;

/**
 * Calls the function that it is given, and throws if that takes longer. V8 can only interrupt a regular expression
 * inside such a script.
 */
function timeLimit(): (work: () => boolean) => boolean {
  const script = new Script("work()");
  const context = createContext({ work: undefined });
  return (work) => {
    context.work = work;
    return script.runInContext(context, { timeout: longest });
  };
}

function without(files: StepFiles, root: string, hides: Hides): StepFiles {
  return {
    ...files,
    async list(path, pointer) {
      const above = path === root ? "" : `${path.slice(root.length + 1)}/`;
      return (await files.list(path, pointer)).filter(({ name, folder }) => !hides(`${above}${name}`, folder));
    },
  };
}

/** JSON with comments, as couchapp writes it: a list of regular expressions. */
async function readList(files: StepFiles, path: string, pointer: string): Promise<RegExp[]> {
  const text = (await files.text(path, pointer)) ?? "[]";
  const source = new SourceText(path, text);
  const parsed = parseJson(withoutComments(text));
  if (!("value" in parsed)) {
    files.problem(source.position(parsed.offset), parsed.code, parsed.message);
    return [];
  }
  const wrong = (message: string) => files.problem(source.position(0), "couchapp-ignore", message);
  const list = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  return list.flatMap((expression) => {
    if (typeof expression !== "string") {
      wrong("`.couchappignore` must be a list of regular expressions");
      return [];
    }
    try {
      return [new RegExp(`^(?:${expression}$)`)];
    } catch {
      wrong(`\`${expression}\` is not a regular expression`);
      return [];
    }
  });
}

/** Comments become spaces, so that positions don't change. */
function withoutComments(text: string): string {
  const stringOrComment = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\//g;
  return text.replaceAll(stringOrComment, (found) => (found.startsWith('"') ? found : found.replaceAll(/[^\n]/g, " ")));
}

/**
 * couchapp tries every contiguous part of the path: for `/a/b`, that is `a`, `a/b`, `b`, and from the top `/a`,
 * `/a/b`.
 */
function partsOf(path: string): string[] {
  const names = path.split("/");
  return names.flatMap((_, from) =>
    names.slice(from).flatMap((_, length) => {
      const part = names.slice(from, from + length + 1).join("/");
      return from === 0 ? [part, `/${part}`] : [part];
    }),
  );
}
