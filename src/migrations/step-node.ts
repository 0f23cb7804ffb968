/** One item of a migration file: its id, its earlier ids, its description, its environments, and its kind. The spec is not read here. */
import { isMap, isScalar, isSeq, type Node } from "yaml";
import { type StepKind, takesAllowDestroy } from "../steps/kind.js";
import { takesRequire } from "../steps/require.js";
import { didYouMean } from "../text/nearest.js";
import { type Environments, readEnvironments } from "./environments.js";
import { isEmpty, type Place, pointAt } from "./locate.js";
import { quoted } from "./problems.js";
import { readLintOff } from "./read-lint.js";
import type { RuleOff } from "./written.js";
import type { Field, YamlFile, YamlNode } from "./yaml-file.js";

export interface StepNode {
  readonly node: Node;
  /** Undefined if it is missing or invalid. */
  readonly id: string | undefined;
  /** The node for problems with the id. */
  readonly idNode: Node;
  readonly description: string | undefined;
  /** Its former ids, each with its position. */
  readonly formerly: readonly { readonly id: string; readonly node: Node }[];
  /** What must be true before the step begins, as it is written. */
  readonly require: Place | undefined;
  readonly environments: Environments;
  /** The rules of `lint` that are off for it. */
  readonly lintOff: readonly RuleOff[];
  readonly specs: readonly { readonly kind: StepKind; readonly place: Place }[];
}

/** The fields that a step may have in addition to its kind. */
const common = ["id", "formerly", "description", "environments", "require", "lint"];

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export function readStepNode(
  file: YamlFile,
  item: YamlNode,
  kinds: ReadonlyMap<string, StepKind>,
  /** The environments that steps may name. Undefined: any. */
  declared?: readonly string[],
): StepNode | undefined {
  const node = file.resolve(item);
  if (!isMap(node)) {
    if (item && (node || !isEmpty(item))) {
      file.report(
        item,
        "not-a-step",
        "a step must be a mapping with an `id` and one kind, such as `ensureDatabase: { … }`",
      );
    }
    return undefined;
  }
  const fields = file.fields(node);
  const specs = [...fields.values()].flatMap((field) => {
    const kind = kinds.get(field.key);
    return kind ? [{ kind, place: { key: field.keyNode, value: field.value } }] : [];
  });
  reportKinds(file, node, specs, kinds, fields);
  const id = readId(file, node, fields.get("id"));
  const idNode = fields.get("id")?.value ?? node;
  const formerly = readFormerly(file, fields.get("formerly"));
  const description = readDescription(file, fields.get("description"));
  return {
    node,
    id,
    idNode,
    description,
    formerly,
    environments: readEnvironments(file, fields.get("environments"), declared),
    require: placeOfRequire(file, fields.get("require"), specs),
    lintOff: readLintOff(file, fields.get("lint")),
    specs,
  };
}

function readId(file: YamlFile, step: Node, field: Field | undefined): string | undefined {
  if (!field) {
    file.report(step, "missing-id", "the step has no `id`; add one that no other step has");
    return undefined;
  }
  const value = file.resolve(field.value);
  const at = pointAt({ key: field.keyNode, value: field.value });
  if (isScalar(value) && typeof value.value === "string") {
    if (idPattern.test(value.value)) return value.value;
    const message = "an id has 1 to 128 letters, digits, `.`, `_` and `-`, and begins with a letter or digit";
    file.report(at, "bad-id", `${quoted(value.value)} can't be an id: ${message}`, value.value);
  } else if (isScalar(value) && !isEmpty(value)) {
    const source = value.source ?? String(value.value);
    file.report(at, "bad-id", `an id is text; put it in quotes: "${source}"`, source);
  } else file.report(at, "bad-id", isScalar(value) || !value ? "the `id` has no value" : "an id is text");
  return undefined;
}

function readFormerly(file: YamlFile, field: Field | undefined): StepNode["formerly"] {
  if (!field) return [];
  const value = file.resolve(field.value);
  const at = pointAt({ key: field.keyNode, value: field.value });
  if (!isSeq(value)) {
    file.report(at, "wrong-type", "`formerly` is a list of the ids that the step had before: `formerly: [old-id]`");
    return [];
  }
  return value.items.flatMap((item) => {
    const one = file.resolve(item as YamlNode);
    const node = (item as Node | null) ?? value;
    if (isScalar(one) && typeof one.value === "string" && idPattern.test(one.value)) return [{ id: one.value, node }];
    const text = isScalar(one) ? (one.source ?? String(one.value)) : undefined;
    file.report(node, "bad-id", "`formerly` lists ids, as text", text);
    return [];
  });
}

function readDescription(file: YamlFile, field: Field | undefined): string | undefined {
  if (!field) return undefined;
  const value = file.resolve(field.value);
  if (isScalar(value) && typeof value.value === "string") return value.value;
  const at = pointAt({ key: field.keyNode, value: field.value });
  const quotes = isScalar(value) && value.source ? `; put it in quotes: "${value.source}"` : "";
  file.report(at, "wrong-type", `\`description\` must be text${quotes}`);
  return undefined;
}

/** Undefined: there is none, or it does not belong to a step of this kind, which is reported. */
function placeOfRequire(file: YamlFile, field: Field | undefined, specs: StepNode["specs"]): Place | undefined {
  const [spec] = specs;
  if (!field || !spec) return undefined;
  if (takesRequire(spec.kind)) return { key: field.keyNode, value: field.value };
  const message = `\`${spec.kind.name}\` removes and transforms nothing, so it can't have \`require\`; remove it`;
  file.report(field.keyNode, "unknown-field", message, "require");
  return undefined;
}

function reportKinds(
  file: YamlFile,
  step: Node,
  specs: StepNode["specs"],
  kinds: ReadonlyMap<string, StepKind>,
  fields: ReadonlyMap<string, Field>,
): void {
  const [first, ...others] = specs;
  for (const { kind, place } of others) {
    const message = `a step has one kind, but this one already has \`${first?.kind.name}\`; put \`${kind.name}\` into a separate step`;
    file.report(place.key, "two-kinds", message, kind.name);
  }
  const unknown = [...fields.values()].filter(({ key }) => !common.includes(key) && !kinds.has(key));
  for (const { key, keyNode } of unknown) {
    if (first) file.report(keyNode, "unknown-field", misplaced(key, first.kind, kinds), key);
    else file.report(keyNode, "unknown-step", unknownStep(key, kinds), key);
  }
  if (!first && unknown.length === 0) {
    file.report(step, "no-kind", `the step has no kind; add one of ${[...kinds.keys()].join(", ")}`);
  }
}

function misplaced(key: string, kind: StepKind, kinds: ReadonlyMap<string, StepKind>): string {
  const belongs =
    Object.hasOwn(kind.schema.properties ?? {}, key) || (takesAllowDestroy(kind) && key === "allowDestroy");
  if (belongs) return `\`${key}\` belongs to \`${kind.name}\`; indent it below that`;
  return `unknown field ${quoted(key)} in the step${didYouMean(key, [...common, ...kinds.keys()])}`;
}

function unknownStep(key: string, kinds: ReadonlyMap<string, StepKind>): string {
  const list = `; the kinds are ${[...kinds.keys()].join(", ")}`;
  return `unknown kind ${quoted(key)}${didYouMean(key, [...kinds.keys(), ...common], list)}`;
}
