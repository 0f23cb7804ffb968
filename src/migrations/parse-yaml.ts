/** Parses a migration file, and reports in plain sentences which of its YAML can't be read. */
import { type Document, isMap, isScalar, isSeq, type Node, parseDocument, visit, type YAMLError } from "yaml";
import type { SourceText } from "../files/source-text.js";
import { firstTooDeep } from "./nesting.js";
import type { Problems } from "./problems.js";
import { start, YamlFile, type YamlNode } from "./yaml-file.js";

/** The valid step nodes of a file. */
export function parseYaml(source: SourceText, problems: Problems): { file: YamlFile; steps: YamlNode[] } {
  const { file, root, firstError } = parseRoot(source, problems, "one list of steps");
  const isSound = firstError === Number.POSITIVE_INFINITY;
  if (!isSeq(root)) {
    if (isSound) reportRoot(file, root, problems);
    return { file, steps: [] };
  }
  if (root.items.some(isDocument)) {
    file.report(root, "not-a-list", "this is a file of documents, not of steps; an ensureDocuments step can load it");
    return { file, steps: [] };
  }
  if (root.items.length === 0 && isSound) reportRoot(file, null, problems);
  return { file, steps: soundItems(root.items as Node[], firstError) };
}

interface Root {
  readonly file: YamlFile;
  readonly root: YamlNode;
  /** The offset of the first syntax error, which is reported; Infinity: there is none. */
  readonly firstError: number;
}

/** @param content what a file must contain, for a sentence: `one list of steps` */
export function parseRoot(source: SourceText, problems: Problems, content: string): Root {
  const tooDeep = firstTooDeep(source.text);
  if (tooDeep !== undefined) {
    const { code, message } = tooDeeplyNested;
    problems.add(source.position(tooDeep), code, message);
    return { file: new YamlFile(source, null, problems), root: null, firstError: tooDeep };
  }
  const document = parseDocument(source.text, {
    version: "1.2",
    schema: "core",
    resolveKnownTags: false,
    stringKeys: true,
    // It would compare every key with every other; YamlFile.fields does it by name.
    uniqueKeys: false,
    // It would quote the source, which may contain passwords.
    prettyErrors: false,
  });
  const root = document.contents as YamlNode;
  const file = new YamlFile(source, root, problems);
  return { file, root, firstError: reportSyntax(source, document, problems, content) };
}

/** A CouchDB document, in a file that was passed by mistake. */
function isDocument(item: unknown): boolean {
  return isMap(item) && item.has("_id") && !item.has("id");
}

/** Items that contain or follow a syntax error were not parsed as intended, so they are skipped. */
function soundItems(items: Node[], firstError: number): Node[] {
  if (firstError === Number.POSITIVE_INFINITY) return items;
  return items.filter((_, i) => {
    const next = items[i + 1];
    return next !== undefined && start(next) <= firstError;
  });
}

function reportRoot(file: YamlFile, root: YamlNode, problems: Problems): void {
  const empty = root === null || (isScalar(root) && root.value === null);
  if (empty)
    problems.add(file.source.position(0), "empty-file", "the file contains no steps; add one, or delete the file");
  else file.report(root, "not-a-list", "a migration file must be a list of steps, each of which begins with `- id: …`");
}

/** Returns the offset of the first error. */
function reportSyntax(source: SourceText, document: Document, problems: Problems, content: string): number {
  const control = source.text.search(controlCharacter);
  if (control !== -1) {
    const code = source.text.charCodeAt(control).toString(16).padStart(2, "0");
    const message = `a control character (0x${code}) is not allowed in YAML; in double quotes, write it as "\\x${code}"`;
    problems.add(source.position(control), "control-character", message, source.text.charAt(control));
  }
  const { yaml } = document.directives ?? {};
  if (yaml?.explicit && yaml.version !== "1.2") {
    problems.add(source.position(0), "bad-yaml", "the files are YAML 1.2; remove the %YAML line");
  }
  const lines = new Set<number>();
  let first = control === -1 ? Number.POSITIVE_INFINITY : control;
  for (const error of [...document.errors, ...document.warnings]) {
    // The steps before a second document are valid.
    if (error.code !== "MULTIPLE_DOCS") first = Math.min(first, error.pos[0]);
    // After one mistake, the parser often reports more errors in the same line.
    const line = source.line(error.pos[0]);
    if (lines.has(line) || lines.size === 10) continue;
    lines.add(line);
    const { offset, code, message, text } = syntaxProblem(error, source.text, document, content);
    problems.add(source.position(offset), code, message, text);
  }
  return first;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is searched for.
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

interface Said {
  readonly code: string;
  readonly message: string;
  readonly text?: string;
}

/** A sentence for the parser's error. The parser's own texts may quote the source, so few of them are passed on. */
function syntaxProblem(
  error: YAMLError,
  source: string,
  document: Document,
  content: string,
): Said & { readonly offset: number } {
  const [offset] = error.pos;
  const lineStart = source.lastIndexOf("\n", offset - 1) + 1;
  const lineEnd = source.indexOf("\n", offset);
  const line = source.slice(lineStart, lineEnd === -1 ? undefined : lineEnd);
  const tab = /^ *\t/.exec(line);
  if (tab) return { ...tabIndents, offset: lineStart + tab[0].length - 1 };
  if (error.code === "MULTIPLE_DOCS") return { ...secondDocument(content), offset };
  const known = sentences[error.code];
  if (known) return { ...known, offset };
  if (error.message.startsWith("Block scalar header")) return { ...unquotedBlock, offset: offset - 1 };
  // In `{ name: ${NAME} }`, YAML takes the variable's braces as its own.
  const variable = line.includes("${") ? '; inside { } and [ ] put a variable in quotes: "${NAME}"' : "";
  const unclosed = error.message.includes("closing") ? openingQuote(document, offset) : undefined;
  const message = quotesNothing.has(error.code) ? error.message : "this is not valid YAML";
  return { code: "bad-yaml", message: `${message}${variable}`, offset: unclosed ?? offset };
}

/** The offset at which the quoted text starts that ends here: an unclosed quote is reported where it was opened. */
function openingQuote(document: Document, end: number): number | undefined {
  let found: number | undefined;
  visit(document, {
    Scalar(_, { range, type }) {
      if (range?.[1] !== end || !type?.startsWith("QUOTE")) return undefined;
      found = range[0];
      return visit.BREAK;
    },
  });
  return found;
}

/** `>` and `|` begin a block of text, so `>=3.3` is an error. */
const unquotedBlock: Said = {
  code: "bad-yaml",
  message: "text can't begin with `>` or `|` here; put it in quotes",
};

const tooDeeplyNested: Said = { code: "too-deep", message: "this is nested too deeply" };

const tabIndents: Said = { code: "tab", message: "a tab can't indent YAML; use spaces", text: "\t" };

function secondDocument(content: string): Said {
  const message = `a second YAML document (\`---\`) begins here; a file must contain ${content}`;
  return { code: "several-documents", message, text: "---" };
}

const sentences: Partial<Record<YAMLError["code"], Said>> = {
  TAB_AS_INDENT: tabIndents,
  RESOURCE_EXHAUSTION: tooDeeplyNested,
  NON_STRING_KEY: { code: "bad-key", message: "a field's name must be text" },
  TAG_RESOLVE_FAILED: { code: "unknown-tag", message: "tags (`!…`) are not supported; remove it" },
  BAD_COLLECTION_TYPE: { code: "unknown-tag", message: "this tag does not fit its value; remove it" },
  BAD_DQ_ESCAPE: { code: "bad-yaml", message: "unknown escape; in double quotes, write a backslash as `\\\\`" },
  BAD_SCALAR_START: { code: "bad-yaml", message: "text can't begin with this character; put it in quotes" },
};

const quotesNothing = new Set<YAMLError["code"]>([
  "BAD_INDENT",
  "BLOCK_AS_IMPLICIT_KEY",
  "BLOCK_IN_FLOW",
  "KEY_OVER_1024_CHARS",
  "MISSING_CHAR",
  "MULTILINE_IMPLICIT_KEY",
]);
