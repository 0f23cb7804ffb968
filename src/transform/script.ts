/**
 * A module that changes documents: `export default function (document) { …; return document; }`, which may be async.
 *
 * It is one file: the loaded text is exactly what the step's checksum covers, so it may only import Node's own
 * modules (`node:crypto`, …). It is JavaScript, which every version of Node runs.
 */
import { type AnyNode, parse } from "acorn";
import type { StepFiles } from "../steps/step-files.js";
import { RunningScript } from "./running-script.js";

/** Milliseconds. Files are checked before there is a run that could set another limit. */
const longestLoad = 30_000;

/** The module's text if it is valid; otherwise its problems are reported. */
export async function readScript(files: StepFiles, path: string): Promise<string | undefined> {
  const pointer = "/script";
  if (!/\.m?js$/.test(path)) {
    const message = /\.[cm]?ts$/.test(path)
      ? "a script must be JavaScript: compile it to a `.mjs` file"
      : "a script must be an ES module in a `.mjs` or `.js` file";
    files.problem({ pointer }, "not-a-script", message, path);
    return undefined;
  }
  const source = await files.text(path, pointer);
  if (source === undefined) return undefined;
  const at = (offset: number) => ({ file: path, ...lineAndColumn(source, offset) });
  const problems = problemsOf(source);
  for (const { offset, code, message } of problems) files.problem(at(offset), code, message);
  if (problems.length > 0) return undefined;
  try {
    const { signal, print } = files;
    const script = await RunningScript.open(source, {
      limit: longestLoad,
      ...(print ? { print } : {}),
      ...(signal ? { signal } : {}),
    });
    await script.close();
    return source;
  } catch (error) {
    // If the caller interrupted it, that is not a fault of the script.
    if (files.signal?.aborted) throw error;
    files.problem(at(0), "script-fails", error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

interface ScriptProblem {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
}

function problemsOf(source: string): ScriptProblem[] {
  try {
    const program = parse(source, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
    return importsOf(program).flatMap(({ start, name }) => {
      if (name?.startsWith("node:")) return [];
      const what = name === undefined ? "what it computes" : `\`${name}\``;
      const message = `it imports ${what}; a script must be one file, whose checksum is recorded: it can import only \`node:\` modules`;
      return [{ offset: start, code: "script-imports", message }];
    });
  } catch (error) {
    const { pos = 0, message } = error as { readonly pos?: number; readonly message: string };
    return [
      {
        offset: pos,
        code: "script-syntax",
        message: `this is not an ES module: ${message.replace(/ \(\d+:\d+\)$/, "")}`,
      },
    ];
  }
}

interface Import {
  readonly start: number;
  /** `undefined`: it is not a plain string. */
  readonly name: string | undefined;
}

function importsOf(node: AnyNode): Import[] {
  const found: Import[] = [];
  const visit = (value: unknown) => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== "object" || value === null || !("type" in value)) return;
    const { type, start, source } = value as { type: string; start: number; source?: { value?: unknown } | null };
    if (/^(?:Import(?:Declaration|Expression)|Export(?:Named|All)Declaration)$/.test(type) && source) {
      found.push({ start, name: typeof source.value === "string" ? source.value : undefined });
    }
    Object.values(value).forEach(visit);
  };
  visit(node);
  return found;
}

function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
