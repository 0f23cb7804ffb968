/** Turns a spec's YAML nodes into plain values, variables resolved where the schema allows them. */
import { dirname } from "node:path";
import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { type Segment, toPointer } from "./pointer.js";
import type { Problems } from "./problems.js";
import { type Mask, maskUrls, urlCredentials } from "./secrets.js";
import { type Alternatives, below, isSecret, typesOf } from "./spec-schema.js";
import { masked } from "./step.js";
import type { Interpolated, Variables } from "./variables.js";
import type { YamlFile, YamlNode } from "./yaml-file.js";

/** More levels than this no CouchDB document needs. */
const maxDepth = 100;

/** What all aliases of a file may add up to, in characters: room for honest reuse, none for `[*a, *a, *a, …]` of that. */
const maxAliased = 10_000_000;
const nodeCost = 20;

export interface SpecValues {
  readonly value: unknown;
  readonly masks: readonly Mask[];
  /** Pointers to values that could not be read; that is reported. */
  readonly broken: ReadonlySet<string>;
}

/** Reads the specs of one file. */
export class SpecReader {
  readonly #file: YamlFile;
  readonly #variables: Variables;
  readonly #problems: Problems;
  readonly #folder: string;
  #aliased = 0;
  /** How many aliases are being followed. */
  #following = 0;
  /** The maps and lists that are being read. */
  readonly #open = new Set<Node>();
  #masks: Mask[] = [];
  #broken = new Set<string>();

  constructor(file: YamlFile, variables: Variables, problems: Problems) {
    this.#file = file;
    this.#variables = variables;
    this.#problems = problems;
    this.#folder = dirname(file.source.file);
  }

  read(node: YamlNode, schemas: Alternatives): SpecValues {
    this.#masks = [];
    this.#broken = new Set();
    const value = this.#value(node, schemas, isSecret(schemas), []);
    return { value, masks: this.#masks, broken: this.#broken };
  }

  #value(node: YamlNode, schemas: Alternatives, secret: boolean, at: Segment[]): unknown {
    if (isAlias(node)) return this.#alias(node, schemas, secret, at);
    if (this.#following > 0) this.#aliased += nodeCost;
    if (isScalar(node)) return this.#scalar(node, schemas, secret, at);
    if (at.length >= maxDepth && node) {
      return this.#reject(node, at, "too-deep", `this is nested more than ${maxDepth} levels deep`);
    }
    if (!isMap(node) && !isSeq(node)) return null;
    this.#open.add(node);
    const value = this.#collection(node, schemas, secret, at);
    this.#open.delete(node);
    return value;
  }

  #collection(node: YAMLMap | YAMLSeq, schemas: Alternatives, secret: boolean, at: Segment[]): unknown {
    if (isSeq(node)) return node.items.map((item, i) => this.#child(i, item as YamlNode, schemas, secret, at));
    const object: Record<string, unknown> = {};
    for (const { key, value } of this.#file.fields(node).values())
      object[key] = this.#child(key, value, schemas, secret, at);
    return object;
  }

  #child(segment: Segment, node: YamlNode, schemas: Alternatives, secret: boolean, at: Segment[]): unknown {
    const inner = schemas.length > 0 ? below(schemas, segment) : schemas;
    at.push(segment);
    const value = this.#value(node, inner, secret || isSecret(inner), at);
    at.pop();
    return value;
  }

  #alias(node: Node, schemas: Alternatives, secret: boolean, at: Segment[]): unknown {
    const target = this.#file.resolve(node);
    if (!target) {
      this.#broken.add(toPointer(at));
      return null;
    }
    if (this.#open.has(target)) {
      return this.#reject(node, at, "alias-loop", "this alias stands inside what it is an alias of");
    }
    if (this.#aliased > maxAliased) {
      return this.#reject(node, at, "too-many-aliases", "the aliases of this file add up to too much; use fewer");
    }
    this.#following++;
    const value = this.#value(target, schemas, secret, at);
    this.#following--;
    return value;
  }

  #scalar(node: Scalar, schemas: Alternatives, secret: boolean, at: readonly Segment[]): unknown {
    const { value } = node;
    const written = schemas.some(({ verbatim }) => verbatim) ? writtenText(node) : undefined;
    if (written !== undefined) {
      const wrong = wrongBoolean(value, written);
      if (wrong) return this.#reject(node, at, "bad-boolean", wrong, secret ? undefined : written);
      return this.#text(node, written, schemas, secret, at);
    }
    if (typeof value === "string") return this.#text(node, value, schemas, secret, at);
    if (typeof value === "number") {
      const wrong = wrongNumber(value, node.source ?? "");
      if (wrong) return this.#reject(node, at, "bad-number", wrong, secret ? undefined : node.source);
    }
    if (secret && value !== null) this.#mask(at, String(value), masked);
    return value;
  }

  #text(node: Scalar, text: string, schemas: Alternatives, secret: boolean, at: readonly Segment[]): unknown {
    if (this.#following > 0) this.#aliased += text.length;
    // Only an escape can make a lone surrogate; CouchDB refuses them.
    if (node.type === "QUOTE_DOUBLE" && /\p{Cs}/u.test(text)) {
      return this.#reject(node, at, "bad-text", "this text holds half a character; correct its \\u escapes");
    }
    if (schemas.some((schema) => schema.variables)) return this.#interpolated(node, text, schemas, secret, at);
    if (secret) this.#mask(at, text, masked);
    return text;
  }

  #interpolated(node: Scalar, text: string, schemas: Alternatives, secret: boolean, at: readonly Segment[]): unknown {
    const found = text.includes("${") ? this.#variables.interpolate(text, this.#folder) : plain(text);
    if (found.problems.length > 0) {
      this.#reportVariables(node, found, secret);
      this.#broken.add(toPointer(at));
      if (secret) this.#mask(at, text, masked);
      return text;
    }
    const shown = secret ? masked : maskUrls(found.shown);
    if (shown !== found.value) {
      this.#mask(at, found.value, shown);
      for (const part of [...found.secrets, ...urlCredentials(found.value)]) this.#problems.hide(part);
    }
    return found.whole ? converted(found.value, schemas) : found.value;
  }

  /** At the variable itself, where it can be found: a text may have many lines. */
  #reportVariables(node: Scalar, found: Interpolated, secret: boolean): void {
    const [start = 0, end = 0] = node.range ?? [];
    const source = this.#file.source.text.slice(start, end);
    for (const { code, message, token } of found.problems) {
      const offset = Math.max(0, source.indexOf(token ?? "${"));
      this.#problems.add(this.#file.source.position(start + offset), code, message, secret ? undefined : token);
    }
  }

  #reject(node: Node, at: readonly Segment[], code: string, message: string, text?: string): null {
    this.#file.report(node, code, message, text);
    this.#broken.add(toPointer(at));
    return null;
  }

  #mask(at: readonly Segment[], value: string, shown: string): void {
    this.#masks.push({ pointer: toPointer(at), value, shown });
    if (shown === masked) this.#problems.hide(value);
  }
}

function plain(text: string): Interpolated {
  return { value: text, shown: text, secrets: [], whole: false, problems: [] };
}

/** What is written in the file for a number or a boolean. */
function writtenText({ value, source }: Scalar): string | undefined {
  return typeof value === "number" || typeof value === "boolean" ? source : undefined;
}

/** YAML reads `True` as a boolean, but as text it does not switch anything on. */
function wrongBoolean(value: unknown, written: string): string | undefined {
  if (typeof value !== "boolean" || written === String(value)) return undefined;
  return `only \`true\` and \`false\` are booleans to CouchDB; write \`${value}\`, or put it in quotes to store this text`;
}

function wrongNumber(value: number, source: string): string | undefined {
  if (!Number.isFinite(value)) return "JSON has no such number; if it is text, put it in quotes";
  const loses = Number.isInteger(value) && !Number.isSafeInteger(value) && !/[.e]/i.test(source);
  return loses ? "this number is too large to be kept exactly; put it in quotes" : undefined;
}

/** A variable's text as the number or boolean that the schema wants. */
function converted(text: string, schemas: Alternatives): unknown {
  const types = typesOf(schemas);
  if (types.includes("string")) return text;
  if (types.includes("boolean") && (text === "true" || text === "false")) return text === "true";
  const number = types.includes("number") ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  if ((types.includes("integer") || types.includes("number")) && number.test(text)) return Number(text);
  return text;
}
