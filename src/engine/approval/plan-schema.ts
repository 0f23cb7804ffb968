/**
 * The JSON Schema of a plan in a file, as far as it is read: what is approved, and what is shown. A later version may add
 * fields.
 */
import type {
  Approval,
  BuiltAhead,
  Kept,
  OlderFiles,
  Orphan,
  PlacedChange,
  Plan,
  PlannedDatabase,
  PlannedStep,
  Rebuild,
  RefusedFiles,
  Warning,
} from "../../contract/results.js";
import type { Schema } from "../../steps/schema.js";

const text: Schema = { type: "string" };
const texts: Schema = { type: "array", items: text };
const count: Schema = { type: "integer", minimum: 0 };
const flag: Schema = { type: "boolean" };

type Optional<T> = { [Key in keyof T]-?: object extends Pick<T, Key> ? Key : never }[keyof T];
type Fields<Names extends PropertyKey> = { readonly [Name in Names]: Schema };

/** A field that is added to the type has to be added here. */
function object<T>(required: Fields<Exclude<keyof T, Optional<T>>>, optional: Fields<Optional<T>>): Schema {
  return { type: "object", required: Object.keys(required), properties: { ...required, ...optional } };
}

function list(items: Schema): Schema {
  return { type: "array", items };
}

function oneOf(...values: readonly string[]): Schema {
  return { type: "string", enum: values };
}

const states = oneOf("pending", "changed", "applied", "drifted", "older");
const actions = oneOf("create", "update", "remove", "adopt", "keep", "none", "refused");

const change = object<PlacedChange>({ path: text, before: {}, after: {} }, { text, database: text, databases: texts });
const kept = object<Kept & { readonly database?: string }>(
  { path: text, server: {}, files: {} },
  { document: text, documents: count, database: text },
);

const ahead = object<BuiltAhead>({ name: text, since: text, ready: flag }, { pending: count });

const rebuild = object<Rebuild>(
  { database: text, designDoc: text, views: texts, documents: count },
  {
    bytes: { type: "number" },
    reuses: text,
    pending: count,
    staged: flag,
    wayBack: oneOf("catchUp", "build"),
    keptBytes: { type: "number" },
    ahead,
  },
);

const approval = object<Approval>(
  {
    action: oneOf("create", "update", "remove"),
    former: {
      anyOf: [{ type: "array", items: { type: "string", pattern: "^\\+?[A-Za-z0-9_-]{16}$" } }, { const: "any" }],
    },
  },
  { databases: texts, documents: count },
);

const step = object<PlannedStep>(
  {
    id: text,
    kind: text,
    checksum: text,
    file: text,
    line: count,
    state: states,
    action: actions,
    target: text,
    databases: {
      type: "object",
      additionalProperties: object<PlannedDatabase>({ state: states, action: actions }, {}),
    },
    changes: list(change),
    rebuilds: list(rebuild),
    applies: flag,
    notes: texts,
  },
  {
    description: text,
    brief: list(change),
    kept: list(kept),
    unknown: texts,
    previewWithout: texts,
    unread: { const: true },
    approvals: list(approval),
  },
);

const older = object<OlderFiles>(
  { by: oneOf("version", "secrets", "release"), reason: text, next: text },
  { release: text, appliedRelease: text },
);

const orphan = object<Orphan>({ id: text, kind: text, objects: texts, note: text, forget: text }, { removedBy: text });

export const planSchema: Schema = object<Plan>(
  {
    formatVersion: { const: 1 },
    version: text,
    plannedAt: text,
    set: text,
    server: object<Plan["server"]>({ url: text, version: text }, {}),
    serverId: { type: ["string", "null"] },
    changes: count,
    steps: list(step),
    orphaned: texts,
    orphans: list(orphan),
    warnings: list(object<Warning>({ code: text, message: text }, { id: text })),
    verify: flag,
    allowRevert: flag,
  },
  {
    environment: text,
    older,
    refused: object<RefusedFiles>({ code: text, message: text, next: text }, {}),
    ledgerDatabase: text,
    unset: texts,
  },
);
