import type { Listener } from "../contract/events.js";
import type { Position } from "../contract/problem.js";
import { kinds as registry } from "../kinds/index.js";
import type { StepKind } from "../steps/kind.js";
import { ScriptOutput } from "../steps/script-output.js";
import { FileCache } from "./files.js";
import { inputsOf } from "./inputs.js";
import { LoadedStep } from "./loaded-step.js";
import { parseYaml } from "./parse-yaml.js";
import { Problems } from "./problems.js";
import { readRequire } from "./read-require.js";
import { type ReadStep, readStep } from "./read-step.js";
import { readSources } from "./sources.js";
import { SpecReader } from "./spec-values.js";
import type { Migrations, Step } from "./step.js";
import { readStepNode } from "./step-node.js";
import { type UnsetPolicy, UnsetVariables } from "./unset.js";
import { type Env, loginVariables, Variables } from "./variables.js";

export interface LoadOptions {
  /** The environment for `${NAME}`. Default: the environment of the process. */
  readonly env?: Env;
  /**
   * What to do with a variable that is not set and has no default. Default: `error`.
   *
   * `unknown-secrets`: a secret field that uses it is unknown, and so is one whose `${file:…}` does not exist; in any
   * other field it is an error. Only `plan` and `status` accept such steps.
   *
   * `unknown`: any field that uses it is unknown. Its type, names that contain it, and claims by other steps are not
   * checked. Only for validating the files: no function accepts such steps.
   */
  readonly unset?: UnsetPolicy;
  /**
   * The step kinds that the files may use. Default: all.
   * @internal
   */
  readonly kinds?: readonly StepKind[];
  /**
   * Whether each step remembers how it is written in the files (`Step.written`).
   * @internal
   */
  readonly written?: boolean;
  /** Called with the steps of each file as soon as they are read, and awaited before the next file is read. */
  readonly eachFile?: (steps: readonly Pick<Step, "id" | "kind" | "desired">[]) => Promise<void>;
  /** When it is aborted, a script that is being loaded is stopped, and the load fails with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Called with what scripts print while they are loaded, after all files are read, because only then all secrets are
   * known.
   */
  readonly emit?: Listener;
  /**
   * Called with the paths of the files and folders that steps name, even if the load fails.
   * @internal
   */
  readonly onRead?: (paths: readonly string[]) => void;
}

interface Printed {
  /** The id of the step. */
  readonly id: string;
  readonly text: string | undefined;
}

/**
 * Reads a folder's `*.yaml` and `*.yml` files, in code-unit order of their names, or one file. Sends no request.
 * Throws InvalidInput with all problems of all files, in the order of the text.
 */
export async function loadMigrations(path: string, options: LoadOptions = {}): Promise<Migrations> {
  const problems = new Problems();
  const cache = new FileCache();
  const printed: Printed[] = [];
  try {
    return await load(path, options, problems, cache, printed);
  } finally {
    options.onRead?.(cache.paths);
    const output = options.emit && new ScriptOutput(options.emit, problems.foreign);
    for (const { id, text } of printed) output?.print({ id }, text);
  }
}

async function load(
  path: string,
  options: LoadOptions,
  problems: Problems,
  cache: FileCache,
  printed: Printed[],
): Promise<Migrations> {
  const kinds = new Map((options.kinds ?? registry).map((kind) => [kind.name, kind]));
  const env = options.env ?? process.env;
  const variables = new Variables(env);
  const unset = new UnsetVariables(options.unset ?? "error");
  problems.knows(loginVariables.map((name) => env[name]));
  const uses = new Uses(problems);
  const drafts: Draft[] = [];
  const partitioned = new Map<string, boolean>();
  const sources = readSources(path, problems);
  for (const source of sources) {
    const { file, steps: items } = parseYaml(source, problems);
    const reader = new SpecReader(file, variables, unset, problems);
    const before = drafts.length;
    for (const item of items) {
      const node = readStepNode(file, item, kinds);
      if (!node) continue;
      const position = file.position(node.idNode);
      if (node.id !== undefined) uses.id(node.id, position);
      for (const former of node.formerly) uses.formerId(former.id, file.position(former.node));
      for (const { kind, place } of node.specs)
        if (kind.nature?.bootstrap) uses.first(kind.name, file.position(place.key));
      uses.step(position);
      for (const { kind, place } of node.specs) {
        const read = await readStep({
          file,
          place,
          kind,
          reader,
          cache,
          problems,
          partitioned,
          print: (text) => void printed.push({ id: node.id ?? "", text }),
          signal: options.signal,
          remember: options.written === true,
        });
        const required = readRequire({ file, reader, problems }, kind, node.require);
        if (!read) continue;
        uses.claims(read.claims, file.position(place.key));
        for (const made of kind.lifecycle?.creates?.(read.desired) ?? []) {
          // A variable that is not set is not a boolean.
          if (typeof made.partitioned === "boolean") partitioned.set(made.name, made.partitioned);
        }
        const { id = "", description } = node;
        const formerly = node.formerly.map((former) => former.id);
        const named = {
          id,
          kind: kind.name,
          ...(description !== undefined && { description }),
          ...(formerly.length > 0 && { formerly }),
          ...(required && { require: required }),
          position,
          ...(read.written && { written: { ...read.written, lintOff: node.lintOff } }),
        };
        drafts.push({ ...named, desired: read.desired, finish: read.finish });
      }
    }
    if (problems.count === 0) await options.eachFile?.(drafts.slice(before));
  }
  const steps = drafts.flatMap(({ finish, ...draft }) => {
    const finished = finish();
    return finished ? [new LoadedStep({ ...draft, ...finished })] : [];
  });
  for (const { secrets, spoken } of printed.length > 0 ? steps : []) {
    problems.knows(secrets.values());
    problems.hide(spoken);
  }
  uses.end();
  problems.throwIfAny();
  const known = unset.found.length === 0;
  const open = options.kinds === undefined && known && steps.every(({ secrets }) => secrets.size === 0);
  const inputs = open ? await inputsOf(path, sources, cache, variables.names, env) : undefined;
  const files = sources.map(({ file }) => file);
  return { path, files, steps, ...(known ? {} : { unset: unset.found }), ...(inputs ? { inputs } : {}) };
}

type Draft = Pick<Step, "id" | "kind" | "description" | "formerly" | "require" | "position" | "desired" | "written"> &
  Pick<ReadStep, "finish">;

/** Rules for the whole set: ids and claimed objects are unique, and steps that must come first do. */
class Uses {
  readonly #problems: Problems;
  readonly #ids = new Map<string, Position>();
  readonly #formerIds = new Map<string, Position>();
  readonly #claims = new Map<string, Position>();
  #begin: Position | undefined;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  id(id: string, at: Position): void {
    const first = this.#ids.get(id);
    if (!first) this.#ids.set(id, at);
    else {
      const message = `id \`${id}\` is already used at ${where(first)}; ids must be unique across all files`;
      this.#problems.add(at, "duplicate-id", message, id);
    }
  }

  formerId(id: string, at: Position): void {
    const first = this.#formerIds.get(id);
    if (!first) this.#formerIds.set(id, at);
    else {
      const message = `the former id \`${id}\` is already used at ${where(first)}; only one step can have had it`;
      this.#problems.add(at, "formerly-twice", message, id);
    }
  }

  /** Called when all files are read. */
  end(): void {
    for (const [id, at] of this.#formerIds) {
      const step = this.#ids.get(id);
      if (!step) continue;
      const message = `\`${id}\` can't be a former id: it is still the id of the step at ${where(step)}`;
      this.#problems.add(at, "former-id-in-use", message, id);
    }
  }

  step(at: Position): void {
    this.#begin ??= at;
  }

  /** A step of this kind has to come before all others. */
  first(kind: string, at: Position): void {
    if (!this.#begin) return;
    const message = `\`${kind}\` must be the first step of the set, before the one at ${where(this.#begin)}`;
    this.#problems.add(at, "not-first", message, kind);
  }

  claims(claims: readonly string[], at: Position): void {
    for (const claim of new Set(claims)) {
      const first = this.#claims.get(claim);
      if (!first) this.#claims.set(claim, at);
      else {
        const message = `${claim} is already declared at ${where(first)}; edit that step instead`;
        this.#problems.add(at, "claimed-twice", message, claim);
      }
    }
  }
}

function where({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}
