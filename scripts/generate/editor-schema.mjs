import { readFileSync } from "node:fs";
import { slugOf } from "../release/owner.mjs";
import { mapSchema } from "./load-kinds.mjs";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** The JSON Schema of a migration file, for editors. */
export function editorSchema({ kinds, specSchema, requireSchema, takesRequire, rules, namePattern }) {
  const specs = kinds.map((kind) => [
    kind.name,
    { ...mapSchema(specSchema(kind), forEditors), description: kind.summary },
  ]);
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `https://raw.githubusercontent.com/${slugOf(manifest)}/main/schemas/migration.schema.json`,
    title: "A migration file of couchdb-migrate",
    type: "array",
    minItems: 1,
    items: { $ref: "#/definitions/step" },
    definitions: {
      step: {
        description: "A step: its id, and exactly one kind.",
        type: "object",
        required: ["id"],
        additionalProperties: false,
        properties: {
          id: {
            description: "Unique over all files of the set: letters, digits, `.`, `_` and `-`.",
            type: "string",
            pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
          },
          description: { description: "For people.", type: "string" },
          formerly: {
            description: "The ids that the step had before: what the ledger knows of them goes on under the new one.",
            type: "array",
            items: { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$" },
          },
          environments: {
            description: "The environments in which the step exists. Without it: in all of them.",
            type: "array",
            minItems: 1,
            items: { type: "string", pattern: namePattern.source },
          },
          require: mapSchema(requireSchema, forEditors),
          lint: {
            description: "What `couchdb-migrate lint` needs to know about the step.",
            type: "object",
            required: ["off"],
            additionalProperties: false,
            properties: {
              off: {
                description: "Rules that are off for this step, each with the reason.",
                type: "object",
                additionalProperties: false,
                properties: Object.fromEntries(
                  rules.map(({ id, summary }) => [id, { description: summary, type: "string", minLength: 1 }]),
                ),
              },
            },
          },
          ...Object.fromEntries(specs.map(([name]) => [name, { $ref: `#/definitions/${name}` }])),
        },
        oneOf: specs.map(([name]) => ({ required: [name] })),
        dependencies: {
          require: { anyOf: kinds.filter(takesRequire).map(({ name }) => ({ required: [name] })) },
        },
      },
      ...Object.fromEntries(specs),
    },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** The JSON Schema of a test file, for editors. */
export function testsSchema({ checks, fileSchema, testSchema }) {
  const tests = checks.map((check) => [
    check.name,
    { ...mapSchema(testSchema(check), forEditors), description: check.summary },
  ]);
  const { properties, ...file } = mapSchema(fileSchema, forEditors);
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `https://raw.githubusercontent.com/${slugOf(manifest)}/main/schemas/tests.schema.json`,
    title: "A test file of couchdb-migrate",
    ...file,
    properties: {
      ...properties,
      tests: { ...properties.tests, items: { oneOf: tests.map(([name]) => ({ $ref: `#/definitions/${name}` })) } },
    },
    definitions: Object.fromEntries(tests),
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/**
 * Wherever a variable is allowed, text with a variable in it is also allowed, even if the value must be a number or a
 * boolean in the end.
 */
function forEditors({
  secret: _secret,
  permits: _permits,
  secretNames: _secretNames,
  variables,
  verbatim,
  description,
  default: byDefault,
  examples,
  ...schema
}) {
  if (verbatim) schema.type = ["string", "number", "boolean"];
  const texts = {
    ...(description !== undefined && { description }),
    ...(byDefault !== undefined && { default: byDefault }),
    ...(examples !== undefined && { examples }),
  };
  const { type, ...restrictions } = schema;
  if (!variables || (type === "string" && Object.keys(restrictions).length === 0)) return { ...texts, ...schema };
  return { ...texts, anyOf: [schema, { type: "string", pattern: "\\$\\{" }] };
}
