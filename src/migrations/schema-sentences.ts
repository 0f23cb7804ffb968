import type { SpecError } from "../steps/spec-validator.js";
import { didYouMean } from "../text/nearest.js";
import { quoted } from "./problems.js";
import type { Alternatives } from "./spec-schema.js";

export interface Mistake {
  readonly error: SpecError;
  /** The field's name in a sentence. */
  readonly field: string;
  /** The value as text. Absent if it is not a scalar, or may not be shown. */
  readonly text: string | undefined;
  readonly value: unknown;
  /** The field has no value. */
  readonly empty: boolean;
  readonly schemas: Alternatives;
  readonly description: string | undefined;
}

export interface Sentence {
  readonly code: string;
  readonly message: string;
  /** What to point at: the value, a name in it, or, if something is missing, the field's name. */
  readonly about: "value" | "name" | "owner";
  readonly name?: string;
}

export function sentence(mistake: Mistake): Sentence {
  const { error, field } = mistake;
  const { params } = error;
  if (error.propertyName !== undefined) {
    const name = error.propertyName;
    const message = `${quoted(name)} can't be a name in \`${field}\`${rule(mistake)}`;
    return { code: "bad-name", message, about: "name", name };
  }
  switch (error.keyword) {
    case "additionalProperties":
      return unknownField(mistake, String(params.additionalProperty));
    case "required":
      return {
        code: "missing-field",
        message: `\`${field}\` needs \`${params.missingProperty}\``,
        about: "owner",
        name: String(params.missingProperty),
      };
    case "type":
      return { code: "wrong-type", message: wrongType(mistake), about: "value" };
    default:
      return { code: "bad-value", message: `\`${field}\` ${badValue(mistake)}`, about: "value" };
  }
}

function unknownField({ field, schemas }: Mistake, name: string): Sentence {
  const known = schemas.flatMap(({ properties = {} }) => Object.keys(properties));
  const list = known.length > 0 ? `; it has ${known.map((one) => `\`${one}\``).join(", ")}` : "";
  const message =
    name === "allowDestroy"
      ? `\`${field}\` destroys nothing; remove \`allowDestroy\``
      : `unknown field ${quoted(name)} in \`${field}\`${didYouMean(name, known, list)}`;
  return { code: "unknown-field", message, about: "name", name };
}

const nouns: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "a mapping (`field: value`)",
  array: "a list",
  null: "null",
};

function wrongType(mistake: Mistake): string {
  const types = [mistake.error.params.type].flat().map(String);
  const wanted = types.map((type) => nouns[type] ?? type).join(" or ");
  if (mistake.empty) return `\`${mistake.field}\` has no value; it must be ${wanted}`;
  return `\`${mistake.field}\` must be ${wanted}, not ${nounOf(mistake.value)}${hint(types, mistake)}`;
}

function nounOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return { string: "text", number: "a number", boolean: "true or false" }[typeof value as string] ?? typeof value;
}

const words: Readonly<Record<string, boolean>> = { yes: true, on: true, y: true, no: false, off: false, n: false };

/** What to write instead. */
function hint(types: readonly string[], { value, text }: Mistake): string {
  const scalar = typeof value !== "object";
  if (types.includes("boolean") && typeof value === "string") {
    const word = text?.toLowerCase() ?? "";
    if (word === "true" || word === "false") return `; write \`${word}\`, without quotes`;
    return Object.hasOwn(words, word) ? `; write \`${words[word]}\`` : "; write `true` or `false`";
  }
  if (types.includes("string") && scalar && typeof value !== "string") {
    return text === undefined ? "; put it in quotes" : `; put it in quotes: "${text}"`;
  }
  if ((types.includes("integer") || types.includes("number")) && text !== undefined && /^-?\d+$/.test(text)) {
    return "; write it without quotes";
  }
  if (types.includes("array") && scalar && text !== undefined) return `; write \`[${text}]\``;
  return "";
}

function badValue(mistake: Mistake): string {
  const { error, text, value } = mistake;
  const { keyword, params } = error;
  const limit = Number(params.limit);
  const is = text === undefined ? "" : `, not ${quoted(text)}`;
  switch (keyword) {
    case "enum": {
      const allowed = (params.allowedValues as unknown[]).map(String);
      const one = allowed.map((each) => `\`${each}\``).join(", ");
      return `must be ${allowed.length > 1 ? "one of " : ""}${one}${is}${didYouMean(text ?? "", allowed)}`;
    }
    case "const":
      return `must be \`${params.allowedValue}\`${is}`;
    case "minLength":
      return limit === 1 ? "must not be empty" : `must have at least ${limit} characters`;
    case "maxLength":
      return `has ${[...String(value)].length} characters; it may have at most ${limit}`;
    case "minimum":
      return `must be at least ${limit}${is}`;
    case "maximum":
      return `must be at most ${limit}${is}`;
    case "minItems":
    case "minProperties":
      return limit === 1 ? "must not be empty" : `must have at least ${limit} entries`;
    case "maxItems":
    case "maxProperties":
      return `must have at most ${limit} entries`;
    case "uniqueItems":
      return `contains the same value twice, in entries ${Number(params.j) + 1} and ${Number(params.i) + 1}`;
    case "pattern": {
      const lower = text?.toLowerCase() ?? "";
      if (text !== undefined && lower !== text && new RegExp(String(params.pattern), "u").test(lower)) {
        return `can't be ${quoted(text)}; use lower case: ${quoted(lower)}`;
      }
      return `${text === undefined ? "has an invalid value" : `can't be ${quoted(text)}`}${rule(mistake)}`;
    }
    default:
      return `has an invalid value${rule(mistake)}`;
  }
}

/** What would be correct: the pattern, and the schema's description. */
function rule({ error, description }: Mistake): string {
  const must = typeof error.params.pattern === "string" ? `; it must match \`${error.params.pattern}\`` : "";
  return description ? `${must} (description: ${description.replace(/\.$/, "")})` : must;
}
