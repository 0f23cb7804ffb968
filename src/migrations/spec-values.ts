/** Converts a spec's YAML nodes to plain values, and resolves variables where the schema allows them. */
import { dirname } from "node:path";
import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { Position } from "../contract/problem.js";
import { masked } from "../secrets/masked.js";
import { unknownSecret } from "../secrets/unknown.js";
import { maskUrls } from "../secrets/urls.js";
import { type Segment, toPointer } from "../text/pointer.js";
import type { Problems } from "./problems.js";
import { inside, isSecretText, type Secrecy } from "./secrecy.js";
import type { Mask } from "./show.js";
import { type Alternatives, typesOf } from "./spec-schema.js";
import type { UnsetVariables } from "./unset.js";
import type { Interpolated, VariableProblem, Variables } from "./variables.js";
import type { YamlFile, YamlNode } from "./yaml-file.js";

/** No CouchDB document needs more levels than this. */
const maxDepth = 100;

/**
 * The maximum size of all aliases of a file together, in characters: enough for normal reuse, but not for `[*a, *a,
 * *a, …]` of that.
 */
const maxAliased = 10_000_000;
const nodeCost = 20;

export interface SpecValues {
  readonly value: unknown;
  readonly masks: readonly Mask[];
  /** Texts with variables that are not secret, unless a secret field of the set also uses one of these variables. */
  readonly undecided: readonly Undecided[];
  /** Pointers to texts that contain a secret as it is, without a variable. */
  readonly plainSecrets: readonly string[];
  /** Pointers to values that could not be read; the problem is reported already. */
  readonly broken: ReadonlySet<string>;
  /** Pointers to values that are unknown, because a variable is not set: as written in the file, or `unknownSecret`. */
  readonly unknown: ReadonlySet<string>;
}

export interface Undecided {
  readonly pointer: string;
  /** Checks again after all files are read. */
  mask(): Mask | undefined;
}

/** Reads the specs of one file. */
export class SpecReader {
  readonly #file: YamlFile;
  readonly #variables: Variables;
  readonly #unset: UnsetVariables;
  readonly #problems: Problems;
  readonly #folder: string;
  #aliased = 0;
  /** The number of aliases that are being followed. */
  #following = 0;
  /** The maps and lists that are being read. */
  readonly #open = new Set<Node>();
  #masks: Mask[] = [];
  #undecided: Undecided[] = [];
  #plainSecrets: string[] = [];
  #broken = new Set<string>();
  #unknown = new Set<string>();

  constructor(file: YamlFile, variables: Variables, unset: UnsetVariables, problems: Problems) {
    this.#file = file;
    this.#variables = variables;
    this.#unset = unset;
    this.#problems = problems;
    this.#folder = dirname(file.source.file);
  }

  read(node: YamlNode, place: Secrecy): SpecValues {
    this.#masks = [];
    this.#undecided = [];
    this.#plainSecrets = [];
    this.#broken = new Set();
    this.#unknown = new Set();
    const value = this.#value(node, place, []);
    return {
      value,
      masks: this.#masks,
      undecided: this.#undecided,
      plainSecrets: this.#plainSecrets,
      broken: this.#broken,
      unknown: this.#unknown,
    };
  }

  #value(node: YamlNode, place: Secrecy, at: Segment[]): unknown {
    if (isAlias(node)) return this.#alias(node, place, at);
    if (this.#following > 0) this.#aliased += nodeCost;
    if (isScalar(node)) return this.#scalar(node, place, at);
    if (at.length >= maxDepth && node) {
      return this.#reject(node, at, "too-deep", `this is nested more than ${maxDepth} levels deep`);
    }
    if (!isMap(node) && !isSeq(node)) return null;
    this.#open.add(node);
    const value = this.#collection(node, place, at);
    this.#open.delete(node);
    return value;
  }

  #collection(node: YAMLMap | YAMLSeq, place: Secrecy, at: Segment[]): unknown {
    if (isSeq(node)) return node.items.map((item, i) => this.#child(i, item as YamlNode, place, at));
    const object: Record<string, unknown> = {};
    for (const { key, value } of this.#file.fields(node).values()) object[key] = this.#child(key, value, place, at);
    return object;
  }

  #child(segment: Segment, node: YamlNode, place: Secrecy, at: Segment[]): unknown {
    at.push(segment);
    const value = this.#value(node, inside(place, segment), at);
    at.pop();
    return value;
  }

  #alias(node: Node, place: Secrecy, at: Segment[]): unknown {
    const target = this.#file.resolve(node);
    if (!target) {
      this.#broken.add(toPointer(at));
      return null;
    }
    if (this.#open.has(target)) {
      return this.#reject(node, at, "alias-loop", "this alias is inside its own anchor");
    }
    if (this.#aliased > maxAliased) {
      return this.#reject(node, at, "too-many-aliases", "the aliases of this file expand to too much text; use fewer");
    }
    this.#following++;
    const value = this.#value(target, place, at);
    this.#following--;
    return value;
  }

  #scalar(node: Scalar, place: Secrecy, at: readonly Segment[]): unknown {
    const { value } = node;
    const written = place.schemas.some(({ verbatim }) => verbatim) ? writtenText(node) : undefined;
    if (written !== undefined) {
      const wrong = wrongBoolean(value, written);
      if (wrong) return this.#reject(node, at, "bad-boolean", wrong, place.secret ? undefined : written);
      return this.#text(node, written, place, at);
    }
    if (typeof value === "string") return this.#text(node, value, place, at);
    if (typeof value === "number") {
      const wrong = wrongNumber(value, node.source ?? "");
      if (wrong) return this.#reject(node, at, "bad-number", wrong, place.secret ? undefined : node.source);
    }
    // A boolean reveals nothing, but a `***` in its place would.
    if (place.secret === "field" && typeof value === "number") this.#maskPlain(at, String(value));
    return value;
  }

  #text(node: Scalar, text: string, place: Secrecy, at: readonly Segment[]): unknown {
    if (this.#following > 0) this.#aliased += text.length;
    // Only an escape can create a lone surrogate, which CouchDB refuses.
    if (node.type === "QUOTE_DOUBLE" && /\p{Cs}/u.test(text)) {
      return this.#reject(node, at, "bad-text", "this text contains half a character; correct its \\u escapes");
    }
    if (place.schemas.some((schema) => schema.variables)) return this.#interpolated(node, text, place, at);
    if (isSecretText(place, text)) this.#maskPlain(at, text);
    return text;
  }

  #interpolated(node: Scalar, text: string, place: Secrecy, at: readonly Segment[]): unknown {
    const found = text.includes("${") ? this.#variables.interpolate(text, this.#folder) : plain(text);
    const secret = place.secret !== false;
    const wrong = found.problems.filter((problem) => !this.#unset.mayBe(problem, secret));
    for (const problem of wrong) {
      const { code, message, token } = problem;
      this.#problems.add(this.#positionOf(node, problem), code, message, secret ? undefined : token);
    }
    if (wrong.length > 0) {
      this.#broken.add(toPointer(at));
      if (secret) this.#mask(at, text, masked);
      return text;
    }
    for (const problem of found.problems) {
      const { code, message, unset: name = "" } = problem;
      this.#unset.add({ name, secret, problem: { ...this.#positionOf(node, problem), code, message } });
      this.#unknown.add(toPointer(at));
    }
    if (secret && found.problems.length > 0) {
      this.#variables.areSecret(found.names);
      this.#mask(at, unknownSecret, masked);
      return unknownSecret;
    }
    if (isSecretText(place, found.value)) {
      this.#variables.areSecret(found.names);
      if (isPlain(found)) this.#maskPlain(at, found.value);
      else this.#mask(at, found.value, masked);
    } else {
      const pointer = toPointer(at);
      const mask = this.#partly(pointer, found);
      if (mask) this.#masks.push(mask);
      if (mask && isPlain(found)) this.#plainSecrets.push(pointer);
      if (found.names.length > 0) {
        const again = () => this.#partly(pointer, this.#variables.interpolate(text, this.#folder));
        this.#undecided.push({ pointer, mask: again });
      }
    }
    return found.whole ? converted(found.value, place.schemas) : found.value;
  }

  /** Points to the variable itself if it can be found, because a text may have many lines. */
  #positionOf(node: Scalar, { token = "${" }: VariableProblem): Position {
    const [start = 0, end = 0] = node.range ?? [];
    const offset = Math.max(0, this.#file.source.text.slice(start, end).indexOf(token));
    return this.#file.source.position(start + offset);
  }

  #reject(node: Node, at: readonly Segment[], code: string, message: string, text?: string): null {
    this.#file.report(node, code, message, text);
    this.#broken.add(toPointer(at));
    return null;
  }

  /** The secrets in a field that is not secret: values from files, and credentials in URLs. */
  #partly(pointer: string, { value, shown, secrets }: Interpolated): Mask | undefined {
    const text = maskUrls(shown);
    if (text === value) return undefined;
    // Sentences about this field may quote it.
    const spoken = secrets.length === 0 ? [] : [...secrets, value];
    this.#problems.hide(spoken);
    return { pointer, value, shown: text, spoken };
  }

  #maskPlain(at: readonly Segment[], value: string): void {
    this.#plainSecrets.push(toPointer(at));
    this.#mask(at, value, masked);
  }

  #mask(at: readonly Segment[], value: string, shown: string): void {
    this.#masks.push({ pointer: toPointer(at), value, shown, spoken: [] });
    this.#problems.knows([value]);
  }
}

/** The text is in the file as it is. */
function isPlain({ names, secrets, problems }: Interpolated): boolean {
  return names.length === 0 && secrets.length === 0 && problems.length === 0;
}

function plain(text: string): Interpolated {
  return { value: text, shown: text, secrets: [], names: [], whole: false, problems: [] };
}

/** The text in the file for a number or a boolean. */
function writtenText({ value, source }: Scalar): string | undefined {
  return typeof value === "number" || typeof value === "boolean" ? source : undefined;
}

/** YAML reads `True` as a boolean, but as text it does not turn anything on. */
function wrongBoolean(value: unknown, written: string): string | undefined {
  if (typeof value !== "boolean" || written === String(value)) return undefined;
  return `CouchDB accepts only \`true\` and \`false\` as booleans; write \`${value}\`, or put it in quotes to store this text`;
}

function wrongNumber(value: number, source: string): string | undefined {
  if (!Number.isFinite(value)) return "JSON has no such number; if it is text, put it in quotes";
  const loses = Number.isInteger(value) && !Number.isSafeInteger(value) && !/[.e]/i.test(source);
  return loses ? "this number is too large to be stored exactly; put it in quotes" : undefined;
}

/** Converts a variable's text to the number or boolean that the schema requires. */
function converted(text: string, schemas: Alternatives): unknown {
  const types = typesOf(schemas);
  if (types.includes("string")) return text;
  if (types.includes("boolean") && (text === "true" || text === "false")) return text === "true";
  const number = types.includes("number") ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  if ((types.includes("integer") || types.includes("number")) && number.test(text)) return Number(text);
  return text;
}
