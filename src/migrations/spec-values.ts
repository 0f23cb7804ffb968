/** Turns a spec's YAML nodes into plain values, variables resolved where the schema allows them. */
import { dirname } from "node:path";
import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
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
  /** Pointers to values with a variable that could not be resolved; that is reported. */
  readonly broken: ReadonlySet<string>;
}

/** Reads the specs of one file. */
export class SpecReader {
  readonly #file: YamlFile;
  readonly #variables: Variables;
  readonly #problems: Problems;
  readonly #folder: string;
  #aliased = 0;
  /** Aliases that are being followed. */
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
    if (this.#open.size > 0) this.#aliased += nodeCost;
    if (isScalar(node)) return this.#scalar(node, schemas, secret, at);
    if (at.length >= maxDepth && node) {
      this.#file.report(node, "too-deep", `this is nested more than ${maxDepth} levels deep`);
      return null;
    }
    if (isMap(node)) {
      const object: Record<string, unknown> = {};
      for (const { key, value } of this.#file.fields(node)) {
        object[key] = this.#child(key, value, schemas, secret, at);
      }
      return object;
    }
    if (isSeq(node)) return node.items.map((item, i) => this.#child(i, item as YamlNode, schemas, secret, at));
    return null;
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
    if (!target) return null;
    if (this.#open.has(target)) {
      this.#file.report(node, "alias-loop", "this alias stands inside what it is an alias of");
      return null;
    }
    if (this.#aliased > maxAliased) {
      this.#file.report(
        node,
        "too-many-aliases",
        "the aliases up to here add up to too much; write less of it by alias",
      );
      return null;
    }
    this.#open.add(target);
    const value = this.#value(target, schemas, secret, at);
    this.#open.delete(target);
    return value;
  }

  #scalar(node: Scalar, schemas: Alternatives, secret: boolean, at: readonly Segment[]): unknown {
    const { value } = node;
    if (typeof value === "number") return this.#number(node, value);
    if (typeof value !== "string") return value;
    if (this.#open.size > 0) this.#aliased += value.length;
    // Only an escape can make a lone surrogate; CouchDB refuses them.
    if (node.type === "QUOTE_DOUBLE" && /\p{Cs}/u.test(value)) {
      this.#file.report(
        node,
        "bad-text",
        "this text holds half a character (a lone surrogate); correct its \\u escapes",
      );
    }
    if (schemas.some((schema) => schema.variables)) return this.#interpolated(node, value, schemas, secret, at);
    if (secret) this.#mask(at, value, masked);
    return value;
  }

  #number(node: Scalar, value: number): number {
    const { source = "" } = node;
    if (!Number.isFinite(value)) {
      this.#file.report(node, "bad-number", "JSON has no such number; if it is text, put it in quotes", source);
    } else if (Number.isInteger(value) && !Number.isSafeInteger(value) && !/[.e]/i.test(source)) {
      this.#file.report(node, "bad-number", "this number is too large to be kept exactly; put it in quotes", source);
    }
    return value;
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
    if (shown !== found.value) this.#mask(at, found.value, shown);
    if (shown !== found.value)
      for (const part of [...found.secrets, ...urlCredentials(found.value)]) this.#problems.hide(part);
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

  #mask(at: readonly Segment[], value: string, shown: string): void {
    this.#masks.push({ pointer: toPointer(at), value, shown });
    if (shown === masked) this.#problems.hide(value);
  }
}

function plain(text: string): Interpolated {
  return { value: text, shown: text, secrets: [], whole: false, problems: [] };
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
