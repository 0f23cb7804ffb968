/** The schemas of a test file. The generator uses them too. */
import type { Schema } from "../steps/schema.js";
import type { Check } from "./check.js";
import { documentsSchema } from "./documents.js";

const database: Schema = {
  type: "string",
  description: "The database of the migrations that is tested: a name, also one that only a pattern matches.",
  pattern: "^[a-z][a-z0-9_$()+/-]*$",
  examples: ["zerglings"],
};

/** A test file; its tests are validated one by one. */
export const fileSchema: Schema = {
  type: "object",
  required: ["tests"],
  additionalProperties: false,
  properties: {
    database,
    documents: documentsSchema,
    tests: { type: "array", description: "The tests, each with a name and one check.", minItems: 1, items: {} },
  },
};

/** The fields that every test has. */
export const commonProperties: Readonly<Record<string, Schema>> = {
  name: { type: "string", description: "What the test shows, in a few words.", minLength: 1 },
  database: { ...database, description: "Another database than that of the file." },
  documents: { ...documentsSchema, description: "Other documents than those of the file." },
};

export function testSchema({ name, properties }: Pick<Check, "name" | "properties">): Schema {
  return {
    type: "object",
    required: ["name", name],
    additionalProperties: false,
    properties: { ...commonProperties, ...properties },
  };
}
