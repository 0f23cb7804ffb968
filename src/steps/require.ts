/** `require` of a step: what must be true before the step begins. What may be written there, for which kinds. Pure. */
import type { Requirements } from "../contract/requirements.js";
import { isAtLeast } from "../couch/version.js";
import type { SpecProblem, StepKind } from "./kind.js";
import type { Schema } from "./schema.js";

const version = "\\d+(?:\\.\\d+){0,2}";

/** Two bounds are all that a range may have: for more, a package for version ranges would be the better choice. */
export const requireSchema: Schema = {
  type: "object",
  minProperties: 1,
  additionalProperties: false,
  description: "What must be true before the step begins. Only in steps that remove something, or transform documents.",
  properties: {
    documents: {
      type: "object",
      minProperties: 1,
      additionalProperties: false,
      description: "How many documents the step's database has, not counting design documents.",
      properties: {
        atLeast: { type: "integer", minimum: 1, description: "The database has this many documents, or more." },
        atMost: { type: "integer", minimum: 0, description: "The database has this many documents, or fewer." },
      },
    },
    empty: { const: true, description: "The step's database has no documents, except design documents." },
    couchdb: {
      type: "string",
      pattern: `^(?:>=${version}(?: <${version})?|<${version})$`,
      description: "CouchDB's version, in quotes: `>=3.3`, `<3.5`, or `>=3.3 <3.6`.",
      examples: [">=3.3"],
    },
  },
};

/** The bounds of a range of versions that fits the schema. */
export function boundsOf(range: string): { readonly from?: string; readonly below?: string } {
  const [, from] = />=([\d.]+)/.exec(range) ?? [];
  const [, below] = /<([\d.]+)/.exec(range) ?? [];
  return { ...(from === undefined ? {} : { from }), ...(below === undefined ? {} : { below }) };
}

/** The kind's steps destroy or transform data, so they may have `require`. */
export function takesRequire({ nature }: Pick<StepKind, "nature">): boolean {
  return nature?.destroys !== undefined;
}

/** What the schema can't say: what makes no sense for this kind, or can never be true. */
export function requireProblems({ name, scope, nature }: StepKind, required: Requirements): SpecProblem[] {
  const { documents: { atLeast = 0, atMost = Number.POSITIVE_INFINITY } = {}, empty, couchdb = "" } = required;
  const problems: SpecProblem[] = [];
  const add = (path: string, message: string) => void problems.push({ path, code: "bad-require", message });
  for (const field of ["documents", "empty"] as const) {
    if (scope === "server" && required[field] !== undefined) {
      add(`/${field}`, `\`${name}\` does not work in a database, so \`${field}\` means nothing here; remove it`);
    }
  }
  if (problems.length > 0) return problems;
  if (empty && nature?.documents) {
    add("/empty", `\`${name}\` has nothing to do in an empty database; remove \`empty\``);
  }
  if (nature?.documents === "named" && atLeast > 0) {
    const why = "the step itself removes documents, and could not continue after an interruption";
    add("/documents/atLeast", `\`atLeast\` can't be required here: ${why}; remove it`);
  }
  const most = empty ? 0 : atMost;
  if (problems.length === 0 && atLeast > most) {
    add("/documents/atLeast", `no database has at least ${atLeast} and at most ${most} documents; change one of them`);
  }
  const { from, below } = boundsOf(couchdb);
  if (from !== undefined && below !== undefined && isAtLeast(from, below)) {
    add("/couchdb", `no version is at least ${from} and below ${below}; change one of them`);
  }
  return problems;
}
