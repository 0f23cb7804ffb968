import { MigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import type { FilesScope } from "../contract/options.js";
import type { Position } from "../contract/problem.js";
import { kinds as registry } from "../kinds/index.js";
import type { StepKind } from "../steps/kind.js";
import { ScriptOutput } from "../steps/script-output.js";
import { list } from "../text/quantity.js";
import { isIn } from "./environments.js";
import { FileCache } from "./files.js";
import { inputsOf } from "./inputs.js";
import { LoadedStep } from "./loaded-step.js";
import { Need } from "./memory.js";
import { parseYaml } from "./parse-yaml.js";
import { Partitions } from "./partitions.js";
import { Problems } from "./problems.js";
import { readRequire } from "./read-require.js";
import { type ReadStep, readStep } from "./read-step.js";
import { usualIn, variablesIn } from "./scope.js";
import { readSources } from "./sources.js";
import { SpecReader } from "./spec-values.js";
import type { Migrations, Step } from "./step.js";
import { readStepNode } from "./step-node.js";
import { type UnsetPolicy, UnsetVariables } from "./unset.js";
import { Uses } from "./uses.js";
import { loginVariables, Variables } from "./variables.js";

export interface LoadOptions extends FilesScope {
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
  const need = new Need();
  const cache = new FileCache((text) => {
    need.addFile(text);
    return need.fits;
  });
  const printed: Printed[] = [];
  try {
    return await load(path, options, problems, { cache, need }, printed);
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
  { cache, need }: { readonly cache: FileCache; readonly need: Need },
  printed: Printed[],
): Promise<Migrations> {
  const kinds = new Map((options.kinds ?? registry).map((kind) => [kind.name, kind]));
  const env = variablesIn(options);
  const { environment, environments: declared } = options;
  assertDeclared(environment, declared);
  const variables = new Variables(env);
  const unset = new UnsetVariables(options.unset ?? "error");
  problems.knows(loginVariables.map((name) => env[name]));
  const uses = new Uses(problems);
  const drafts: Draft[] = [];
  const elsewhere: Pick<Draft, "id" | "finish">[] = [];
  let needed: Position | undefined;
  const partitions = new Partitions();
  const sources = readSources(path, problems);
  for (const { text } of sources) need.addYaml(text);
  need.assertFits();
  for (const source of sources) {
    const { file, steps: items } = parseYaml(source, problems);
    const ownReader = new SpecReader(file, variables, unset, problems);
    // Variables of another environment need not have a value in this one.
    const otherReader = new SpecReader(file, variables, new UnsetVariables("unknown"), problems);
    const before = drafts.length;
    for (const item of items) {
      const node = readStepNode(file, item, kinds, declared);
      if (!node) continue;
      const { environments } = node;
      const isOwn = isIn(environments, environment);
      const reader = isOwn ? ownReader : otherReader;
      const position = file.position(node.idNode);
      if (node.id !== undefined) uses.id(node.id, position, environments);
      for (const former of node.formerly) uses.formerId(former.id, file.position(former.node), environments);
      for (const { kind, place } of node.specs)
        if (kind.nature?.bootstrap) uses.first(kind.name, file.position(place.key), environments);
      uses.step(position, environments);
      // If none is declared, each name is a problem already.
      if (environments && environment === undefined && declared?.length !== 0) needed ??= position;
      for (const { kind, place } of node.specs) {
        const read = await readStep({
          file,
          place,
          kind,
          reader,
          cache,
          problems,
          partitioned: partitions.for(environments),
          print: (text) => void printed.push({ id: node.id ?? "", text }),
          signal: options.signal,
          remember: options.written === true,
        });
        const required = readRequire({ file, reader, problems }, kind, node.require);
        if (!read) continue;
        uses.claims(read.claims, file.position(place.key), environments);
        for (const made of kind.lifecycle?.creates?.(read.desired) ?? []) {
          // A variable that is not set is not a boolean.
          const { name, partitioned } = made;
          if (typeof partitioned === "boolean") partitions.add({ name, partitioned, environments });
        }
        const { id = "", description } = node;
        if (!isOwn) {
          elsewhere.push({ id, finish: read.finish });
          continue;
        }
        const formerly = node.formerly.map((former) => former.id);
        const named = {
          id,
          kind: kind.name,
          ...(description !== undefined && { description }),
          ...(formerly.length > 0 && { formerly }),
          ...(environments && { environments }),
          ...(required && { require: required }),
          position,
          ...(read.written && { written: { ...read.written, lintOff: node.lintOff } }),
        };
        drafts.push({ ...named, desired: read.desired, finish: read.finish });
      }
    }
    if (problems.count === 0) await options.eachFile?.(drafts.slice(before));
  }
  need.assertFits();
  const steps = drafts.flatMap(({ finish, ...draft }) => {
    const finished = finish();
    return finished ? [new LoadedStep({ ...draft, ...finished })] : [];
  });
  // What other environments have is checked, too.
  const others = elsewhere.flatMap(({ finish }) => finish() ?? []);
  for (const { secrets, spoken } of printed.length > 0 ? [...steps, ...others] : []) {
    problems.knows(secrets.values());
    problems.hide(spoken);
  }
  uses.end();
  if (needed) problems.add(needed, "environment-needed", environmentNeeded(declared));
  problems.throwIfAny();
  const known = unset.found.length === 0;
  const open = options.kinds === undefined && known && steps.every(({ secrets }) => secrets.size === 0);
  const inputs = open ? await inputsOf(path, sources, cache, variables.names, options) : undefined;
  const files = sources.map(({ file }) => file);
  warnOfPlainSecrets(usualIn(options).filter(variables.isSecret), options.emit);
  return {
    path,
    files,
    steps,
    ...(environment === undefined ? {} : { environment }),
    ...(elsewhere.length > 0 ? { elsewhere: elsewhere.map(({ id }) => id) } : {}),
    ...(known ? {} : { unset: unset.found }),
    ...(inputs ? { inputs } : {}),
  };
}

type Draft = Omit<Step, "shown" | "secrets" | "unknown" | "spoken" | "checksum" | "allowDestroy"> &
  Pick<ReadStep, "finish">;

function assertDeclared(environment: string | undefined, declared: readonly string[] | undefined): void {
  if (environment === undefined || !declared || declared.includes(environment)) return;
  const message = `the environment ${environment} is not declared`;
  throw new MigrateError("invalid-settings", { message });
}

function environmentNeeded(declared: readonly string[] = []): string {
  const which = declared.length > 0 ? `: ${list(declared, 20)}` : "";
  return `this step names environments, so choose one with --environment${which}`;
}

/** The configuration file is shared, so what it contains is not a secret. */
function warnOfPlainSecrets(names: readonly string[], emit: Listener | undefined): void {
  if (names.length === 0) return;
  const [is, a] = names.length === 1 ? ["is", "a secret"] : ["are", "secrets"];
  const message = `${list(names, 20)} ${is} ${a} of the files, and in plain text among the \`variables\` of an environment; use a variable of the process, or an env file`;
  emit?.({ type: "warning", code: "plain-secret", message });
}
