import { readFileSync } from "node:fs";
import { slugOf } from "../release/owner.mjs";
import { settingSchema } from "./setting-schema.mjs";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/**
 * The JSON Schema of couchdb-migrate.yaml, for editors. It refuses nothing that the reader accepts, and accepts what only
 * the notation of a value tells: `1.0` where a whole number is required, the range of a number in quotes.
 */
export function settingsSchema({ settings, settingNames, keyOf, rules, policies, namePattern }) {
  const keyed = settingNames.flatMap((name) => {
    const key = keyOf(name, settings[name]);
    return key === undefined ? [] : [[key, settings[name]]];
  });
  const keys = Object.fromEntries(keyed.map(([key]) => [key, { $ref: `#/definitions/${key}` }]));
  const { environment: _, ...ofEnvironments } = keys;
  const sections = { lint: { $ref: "#/definitions/lint" }, policies: { $ref: "#/definitions/policies" } };
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `https://raw.githubusercontent.com/${slugOf(manifest)}/main/schemas/settings.schema.json`,
    title: "The settings of couchdb-migrate: couchdb-migrate.yaml",
    type: ["object", "null"],
    additionalProperties: false,
    properties: { ...keys, environments: { $ref: "#/definitions/environments" }, ...sections },
    definitions: {
      environments: {
        description: "The environments that exist, each with settings and variables of its own (docs/environments.md).",
        type: "object",
        propertyNames: { pattern: namePattern.source, not: { const: "none" } },
        additionalProperties: {
          description: "An environment. Its settings come before the others of the file.",
          type: ["object", "null"],
          additionalProperties: false,
          properties: {
            ...ofEnvironments,
            variables: { $ref: "#/definitions/variables" },
            development: {
              description: "Its server may lose data: `dev` and `reset` work there.",
              type: "boolean",
            },
            ...sections,
          },
        },
      },
      variables: {
        description: "Values for `${NAME}` in migration files, if the process has no such variable. Not for secrets.",
        type: "object",
        propertyNames: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" },
        additionalProperties: { type: ["string", "number", "boolean"] },
      },
      lint: {
        description: "What `couchdb-migrate lint` needs to know about the whole set.",
        type: "object",
        additionalProperties: false,
        properties: {
          off: {
            description: "Rules that are off, each with the reason.",
            type: "object",
            additionalProperties: false,
            properties: Object.fromEntries(
              rules.map(({ id, summary }) => [id, { description: summary, type: "string", pattern: "\\S" }]),
            ),
          },
        },
      },
      policies: {
        description: "What a run may not do, or has to warn about (docs/policies.md).",
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(policies.policyNames.map((name) => [name, policySchema(name, policies)])),
      },
      ...Object.fromEntries(keyed.map(([key, setting]) => [key, settingSchema(setting)])),
    },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function policySchema(name, { policyActions, policySummaries, takesLimit }) {
  const over = {
    description: "Allow builds that read at most this many documents.",
    type: "integer",
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
  };
  return {
    description: policySummaries[name],
    anyOf: [
      { enum: policyActions },
      {
        type: "object",
        required: ["action"],
        additionalProperties: false,
        properties: { action: { enum: policyActions }, ...(takesLimit(name) && { over }) },
      },
    ],
  };
}
