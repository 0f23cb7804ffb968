/** A `_replicator` document: what a step declares, what CouchDB adds, and what may be shown. Pure. */
import { isDeepStrictEqual } from "node:util";
import { shownByName } from "../../secrets/by-name.js";
import { masked } from "../../secrets/masked.js";
import { isSecretName } from "../../secrets/names.js";
import { maskUrls } from "../../secrets/urls.js";
import type { Change } from "../../steps/difference.js";
import type { SpecProblem } from "../../steps/kind.js";
import { valueChanges } from "../../steps/value-changes.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { replicationSchema } from "./schema.js";

type Endpoint = string | { readonly url: string };

export interface Replication extends JsonObject {
  readonly id: string;
  /** Absent: `_replicator`. */
  readonly database?: string;
  readonly source: Endpoint;
  readonly target: Endpoint;
}

/** As CouchDB returns it. */
export interface StoredReplication extends JsonObject {
  readonly _rev: string;
  readonly _replication_state?: string;
}

/** Fields with their default values. */
const defaults: JsonObject = {
  continuous: false,
  create_target: false,
  use_checkpoints: true,
  winning_revs_only: false,
};

/** Kept if the step does not declare them: its owner, which CouchDB sets, and its user. */
const owned = ["owner", "user_ctx"] as const;

/** Without its place, and without fields that only repeat a default. */
export function definitionOf({ id, database, ...fields }: Replication): JsonObject {
  return withoutDefaults(fields);
}

/** The declared part of a stored document, without what CouchDB adds: its state, its statistics, its owner. */
export function storedDefinition(stored: StoredReplication): JsonObject {
  return withoutDefaults(Object.fromEntries(Object.entries(stored).filter(([key]) => isKnown(key))));
}

/**
 * Fields of the document that CouchDB ignores, such as a note. A step can't declare them, so they are left as they
 * are.
 */
export function furtherFields(stored: StoredReplication): JsonObject {
  const isFurther = (key: string) => !key.startsWith("_") && !owned.some((one) => one === key) && !isKnown(key);
  return Object.fromEntries(Object.entries(stored).filter(([key]) => isFurther(key)));
}

/** What the step declares of it, and the user only if the step declares one. */
export function comparable(stored: StoredReplication, desired: JsonObject): JsonObject {
  const { user_ctx, ...definition } = storedDefinition(stored);
  return user_ctx === undefined || desired.user_ctx === undefined ? definition : { ...definition, user_ctx };
}

function isKnown(key: string): boolean {
  return key !== "id" && key !== "database" && Object.hasOwn(replicationSchema.properties ?? {}, key);
}

function withoutDefaults(fields: JsonObject): JsonObject {
  const says = ([key, value]: [string, unknown]) => !Object.hasOwn(defaults, key) || defaults[key] !== value;
  return Object.fromEntries(Object.entries(fields).filter(says));
}

/** Field by field; a changed credential is `***` before and after. */
export function replicationChanges(before: JsonObject, after: JsonObject): Change[] {
  return valueChanges(before, after).map((change) => {
    const [, field = ""] = change.path.split("/");
    const inside = change.path.split("/").slice(1);
    return {
      path: change.path,
      before: shownAt(field, inside, change.before),
      after: shownAt(field, inside, change.after),
    };
  });
}

export function sameReplication(before: JsonObject, after: JsonObject): boolean {
  return isDeepStrictEqual(before, after);
}

/** Without credentials. */
export function shownReplication(definition: JsonObject): JsonObject {
  const fields = Object.entries(definition).map(([key, value]) => [key, shownAt(key, [key], value)] as const);
  return Object.fromEntries(fields);
}

/**
 * The document to write. The owner and further fields are kept; the state is removed, so that CouchDB restarts the
 * replication.
 */
export function documentOver(definition: JsonObject, stored: StoredReplication | undefined): JsonObject {
  if (!stored) return definition;
  const kept = owned.flatMap((key) => (Object.hasOwn(stored, key) ? [[key, stored[key]] as const] : []));
  return { ...furtherFields(stored), ...Object.fromEntries(kept), ...definition, _rev: stored._rev };
}

const places: ReadonlySet<string> = new Set(["source", "target", "proxy", "source_proxy", "target_proxy"]);
/** Everything below these is secret, except the name of the login. */
const secretParts: ReadonlySet<string> = new Set(["auth", "oauth", "headers"]);

function shownAt(field: string, keys: readonly string[], value: unknown): unknown {
  if (field === "query_params") return shownByName(value, keys.some(isSecretName));
  if (!places.has(field)) return value;
  return hidden(
    value,
    keys.at(-1) ?? "",
    keys.some((key) => secretParts.has(key)),
  );
}

function hidden(value: unknown, key: string, secret: boolean): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => hidden(item, key, secret));
  if (isObject(value)) {
    const members = Object.entries(value).map(([name, member]) => [
      name,
      hidden(member, name, secret || secretParts.has(name)),
    ]);
    return Object.fromEntries(members);
  }
  if (typeof value !== "string") return value;
  if (secret) return key === "username" ? value : masked;
  return isSecretName(key) ? masked : maskUrls(value);
}

/** What CouchDB answers with a 403, or accepts and then never does. */
export function replicationProblems(spec: Replication): SpecProblem[] {
  return [
    ...(["source", "target"] as const).flatMap((key) => endpointProblems(key, spec[key])),
    ...exclusives(spec),
    ...(spec.id.startsWith("_")
      ? [{ path: "/id", code: "bad-document-id", message: "CouchDB does not allow ids that begin with `_`" }]
      : []),
  ];
}

function endpointProblems(key: string, endpoint: Endpoint): SpecProblem[] {
  const isText = typeof endpoint === "string";
  const url = isText ? endpoint : endpoint.url;
  const path = isText ? `/${key}` : `/${key}/url`;
  if (!/^https?:\/\//i.test(url)) {
    const message = `\`${key}\` must be a URL: CouchDB 3 does not accept bare names. Write the database as CouchDB itself reaches it (\`http://127.0.0.1:5984/zerglings\`), with \`auth\` if it requires a login`;
    return [{ path, code: "not-a-url", message }];
  }
  if (!URL.canParse(url)) {
    return [
      { path, code: "not-a-url", message: `\`${key}\` is not a URL; encode its special characters (\`@\` is \`%40\`)` },
    ];
  }
  if (/^\/*$/.test(new URL(url).pathname)) {
    return [
      {
        path,
        code: "not-a-database",
        message: `\`${key}\` names a server, but no database: add \`/\` and the database's name`,
      },
    ];
  }
  return [];
}

function exclusives(spec: Replication): SpecProblem[] {
  const given = ["doc_ids", "selector", "filter"].filter((key) => spec[key] !== undefined);
  if (given.length < 2) return [];
  const message = `a replication can have only one of \`doc_ids\`, \`selector\` and \`filter\`, but this one has ${given.length}`;
  return [{ path: `/${given[1]}`, code: "two-filters", message }];
}
