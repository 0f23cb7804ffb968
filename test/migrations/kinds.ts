import { holds } from "../../src/steps/difference.js";
import { type DatabaseKind, defineKind } from "../../src/steps/kind.js";
import type { Schema } from "../../src/steps/schema.js";

/** A kind for tests: only what loading needs. */
function kind(
  name: string,
  properties: Readonly<Record<string, Schema>>,
  more: Partial<DatabaseKind> = {},
): DatabaseKind {
  return defineKind<unknown, unknown, unknown, unknown>({
    name,
    summary: "A kind for tests.",
    schema: { type: "object", additionalProperties: false, properties },
    example: `${name}: {}\n`,
    scope: "database",
    title: () => name,
    databases: () => [],
    claims: () => [],
    observe: async () => undefined,
    diff: () => holds(),
    apply: async () => {},
    ...more,
  });
}

const text: Schema = { type: "string", variables: true };

export const ensureThing = kind("ensureThing", {
  name: text,
  plain: { type: "string" },
  password: { type: "string", secret: true, variables: true, minLength: 3 },
  pin: { type: "string", secret: true },
  count: { type: "integer", minimum: 1, variables: true },
  share: { type: "number", variables: true },
  ready: { type: "boolean", variables: true, default: false },
  tags: { type: "array", items: text },
  labels: { type: "object", additionalProperties: text, propertyNames: { type: "string", pattern: "^[a-z]+$" } },
  login: {
    oneOf: [text, { type: "object", required: ["user"], properties: { user: text }, additionalProperties: false }],
  },
  anything: {},
});

export const removeThing = kind("removeThing", { name: text }, { nature: { destroys: "always" } });

/** Its `resolve` moves values around, and reads files. */
export const ensureFiles = kind(
  "ensureFiles",
  { from: text, password: { type: "string", secret: true } },
  {
    check: {
      spec: (spec) => {
        const { from = "" } = spec as { from?: string };
        return from.startsWith("checked") ? [{ path: "/from", code: "checked", message: `not with ${from}` }] : [];
      },
    },
    async resolve(spec, files) {
      const { from = "", password } = spec as { from?: string; password?: string };
      if ((await files.kindOf(from, "/from")) === "folder") return { entries: await files.list(from, "/from") };
      const content = await files.text(from, "/from");
      if (content?.startsWith("bad")) files.problem({ file: from, line: 1, column: 4 }, "bad-content", "it is bad");
      return { content, moved: { deep: [password] } };
    },
  },
);

export const claimThing = kind(
  "claimThing",
  { name: text },
  { claims: (spec) => [`thing/${(spec as { name: string }).name}`] },
);

export const kinds = [ensureThing, removeThing, ensureFiles, claimThing];
