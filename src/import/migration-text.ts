/** Generates the text of a migration file. Pure. */
import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { kindByName } from "../kinds/index.js";
import { type Alternatives, alternatives, below, specSchema } from "../migrations/spec-schema.js";
import { type ImportedFile, type ImportedStep, WithVariables } from "./imported.js";

export function migrationText({ comment, steps }: ImportedFile): string {
  const document = new Document();
  const list = new YAMLSeq();
  list.items = steps.map(stepNode);
  document.contents = list as Document["contents"];
  document.commentBefore = lines(comment);
  const text = document.toString({
    lineWidth: 0,
    blockQuote: "literal",
    flowCollectionPadding: false,
    doubleQuotedMinMultiLineLength: 1_000_000,
  });
  // The YAML writer does not escape it; it only appears in texts that are double-quoted because of it.
  return text.replaceAll("\u007f", "\\x7f");
}

function stepNode({ id, kind, spec, comment }: ImportedStep, index: number): YAMLMap {
  const known = kindByName.get(kind);
  const body = node(spec, known ? alternatives(specSchema(known)) : []) as YAMLMap;
  if (comment && comment.length > 0) body.comment = lines(comment);
  const step = new YAMLMap();
  step.items = [new Pair(new Scalar("id"), text(id)), new Pair(new Scalar(kind), body)];
  if (index > 0) step.spaceBefore = true;
  return step;
}

/** `schemas` show where `${` would start a variable and has to be escaped. */
function node(value: unknown, schemas: Alternatives): Scalar | YAMLMap | YAMLSeq {
  if (value instanceof WithVariables) return text(value.text);
  if (typeof value === "string") {
    return text(schemas.some(({ variables }) => variables) ? value.replaceAll("${", "$$${") : value);
  }
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.items = value.map((item, i) => node(item, below(schemas, i)));
    list.flow = value.every(isShort) && JSON.stringify(value).length <= 80;
    return list;
  }
  if (typeof value !== "object" || value === null) return new Scalar(value);
  const map = new YAMLMap();
  map.items = Object.entries(value).map(([key, member]) => new Pair(keyNode(key), node(member, below(schemas, key))));
  if (map.items.length === 0) map.flow = true;
  return map;
}

function isShort(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

/** Characters that a block or plain scalar would lose, or that the reader refuses. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is searched for.
const special = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;

function text(value: string): Scalar {
  const scalar = new Scalar(value);
  if (special.test(value)) scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

function keyNode(key: string): Scalar {
  const scalar = text(key);
  // Unquoted, it would be a merge key.
  if (key === "<<") scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

function lines(comment: readonly string[]): string {
  return comment.map((line) => (line === "" ? "" : ` ${line.replaceAll(/[\r\n]+/g, " ")}`)).join("\n");
}
