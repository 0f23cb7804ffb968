/** `${NAME}`, `${NAME:-default}`, `${file:/path}`, and `$${` for a literal `${`. Defaults may not contain variables. */
import { resolve } from "node:path";
import { readText } from "../files/read-text.js";
import { masked } from "../secrets/masked.js";

export type Env = Readonly<Record<string, string | undefined>>;

/** @internal */
export interface VariableProblem {
  readonly code: string;
  readonly message: string;
  /** The variable as written, unless it may be part of a secret. */
  readonly token?: string;
  /** It has no value here, but may have one elsewhere: `NAME`, or `file:/path`. */
  readonly unset?: string;
  /** The offset of the variable in the text. */
  readonly offset: number;
}

/** @internal */
export interface Interpolated {
  /** A variable without a value is left in it as written. */
  readonly value: string;
  /** `value` with `***` for secret parts. */
  readonly shown: string;
  /** Values from files, or from variables that are secret. */
  readonly secrets: readonly string[];
  /** The variables in it. */
  readonly names: readonly string[];
  /** The text was one variable and nothing else. */
  readonly whole: boolean;
  readonly problems: readonly VariableProblem[];
}

type Found =
  | { readonly value: string; readonly secret: boolean; readonly name?: string }
  | Omit<VariableProblem, "offset">;

/**
 * The credentials that the run logs in with.
 *
 * @internal
 */
export const loginVariables = ["COUCHDB_PASSWORD", "COUCHDB_PREVIOUS_PASSWORD", "COUCHDB_TOKEN", "COUCHDB_IAM_API_KEY"];

/**
 * Resolves variables; each file is read once.
 *
 * @internal
 */
export class Variables {
  readonly #env: Env;
  readonly #files = new Map<string, Found>();
  readonly #names = new Set<string>();
  readonly #secretNames = new Set<string>(loginVariables);

  constructor(env: Env) {
    this.#env = env;
  }

  /** The variables that were used; `undefined`: a value came from a file, and is secret. */
  get names(): readonly string[] | undefined {
    return this.#files.size > 0 ? undefined : [...this.#names];
  }

  /** The variable was used, and its value is secret. */
  readonly isSecret = (name: string): boolean => this.#names.has(name) && this.#secretNames.has(name);

  /** Secret fields use these variables, so their values are secret everywhere. */
  areSecret(names: readonly string[]): void {
    for (const name of names) this.#secretNames.add(name);
  }

  /** `folder`: the base for relative paths in `${file:…}`. */
  interpolate(text: string, folder: string): Interpolated {
    const secrets: string[] = [];
    const names: string[] = [];
    const problems: VariableProblem[] = [];
    let value = "";
    let shown = "";
    let end = 0;
    let whole = false;
    for (;;) {
      const { index: next, escaped } = nextToken(text, end);
      value += text.slice(end, next);
      shown += text.slice(end, next);
      if (next === text.length) break;
      if (escaped) {
        value += "${";
        shown += "${";
        end = next + 3;
        continue;
      }
      const close = text.indexOf("}", next);
      if (close === -1) {
        const message = "this variable is not closed: write `${NAME}`, or `$${` for a literal `${`";
        problems.push({ code: "unterminated-variable", message, offset: next });
        break;
      }
      end = close + 1;
      whole = next === 0 && end === text.length;
      const found = this.#resolve(text.slice(next + 2, close), folder);
      if ("message" in found) {
        problems.push({ ...found, offset: next });
        value += text.slice(next, end);
        shown += text.slice(next, end);
      } else {
        value += found.value;
        shown += found.secret ? masked : found.value;
        if (found.secret) secrets.push(found.value);
        if (found.name !== undefined) names.push(found.name);
      }
    }
    return { value, shown, secrets, names, whole, problems };
  }

  #resolve(inner: string, folder: string): Found {
    if (inner.includes("${")) {
      return {
        code: "nested-variable",
        message: "a variable can't contain another one; its default must be plain text",
      };
    }
    if (/^file:./s.test(inner)) {
      const found = this.#file(resolve(folder, inner.slice(5)), inner.slice(5));
      return "code" in found && found.code === "missing-file" ? { ...found, unset: inner } : found;
    }
    const [, name, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inner) ?? [];
    if (name === undefined) {
      const message =
        "not a variable: write `${NAME}`, `${NAME:-default}` or `${file:/path}`, or `$${` for a literal `${`";
      return { code: "bad-variable", message };
    }
    const found = this.#named(name);
    if (fallback !== undefined && (found === undefined || ("value" in found && found.value === ""))) {
      return { value: fallback, secret: this.#secretNames.has(name), name };
    }
    if (found) return found;
    const message = `the variable \`${name}\` is not set: set it or \`${name}_FILE\`, or give it a default: \`\${${name}:-…}\``;
    return { code: "missing-variable", message, token: `\${${name}}`, unset: name };
  }

  #named(name: string): Found | undefined {
    this.#names.add(name);
    const value = this.#get(name);
    const path = this.#get(`${name}_FILE`);
    if (!path) return value === undefined ? undefined : { value, secret: this.#secretNames.has(name), name };
    if (!value) return this.#file(resolve(path), path, `${name}_FILE`);
    const message = `both \`${name}\` and \`${name}_FILE\` are set; unset one of them`;
    return { code: "ambiguous-variable", message };
  }

  #get(name: string): string | undefined {
    return Object.hasOwn(this.#env, name) ? this.#env[name] : undefined;
  }

  #file(path: string, given: string, variable?: string): Found {
    let found = this.#files.get(path);
    if (!found) {
      found = readSecret(path, variable ? `${given}, which \`${variable}\` names,` : given);
      this.#files.set(path, found);
    }
    return found;
  }
}

function nextToken(text: string, from: number): { index: number; escaped: boolean } {
  const index = text.indexOf("${", from);
  if (index === -1) return { index: text.length, escaped: false };
  return index > from && text[index - 1] === "$" ? { index: index - 1, escaped: true } : { index, escaped: false };
}

/** A file's content without one trailing newline. Read in one go, because these files are small. */
function readSecret(path: string, name: string): Found {
  const read = readText(path);
  if ("text" in read) return { value: read.text.replace(/\n$/, ""), secret: true };
  const { code, reason } = read.unreadable;
  return { code, message: `${name} ${reason}` };
}
