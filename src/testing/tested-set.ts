/** What the migrations declare for one database: the part of the set that tests of this database see. Pure. */
import { isPattern } from "../couch/pattern.js";
import { ensureDesignDocs } from "../kinds/ensure-design-docs.js";
import { kindOf, namedDatabases, placeIn } from "../kinds/targets.js";
import { documentsOf } from "../kinds/traits.js";
import { LoadedStep } from "../migrations/loaded-step.js";
import type { Migrations, Step } from "../migrations/step.js";
import { isObject, type JsonObject } from "../text/json.js";

export interface TestedSet {
  readonly database: string;
  /** A step creates the database, or works in it. */
  readonly isKnown: boolean;
  readonly partitioned: boolean;
  /** The steps that work in the database, in order; those that create or remove it are left out. */
  readonly steps: readonly Step[];
}

export function testedSet({ steps }: Pick<Migrations, "steps">, database: string): TestedSet {
  const existing = new Map([[database, ""]]);
  const within = steps.filter((step) => worksIn(step) && placeIn(step, existing, "").includes(database));
  const creation = steps.flatMap(createdBy).find(({ name }) => name === database);
  return {
    database,
    isKnown: creation !== undefined || within.length > 0,
    partitioned: creation?.partitioned === true,
    steps: within,
  };
}

/** The databases that steps name or create, without patterns. */
export function knownDatabases({ steps }: Pick<Migrations, "steps">): string[] {
  const names = steps.flatMap((step) => [
    ...(worksIn(step) ? namedDatabases(step) : []),
    ...createdBy(step).map(({ name }) => name),
  ]);
  return [...new Set(names)].filter((name) => !isPattern(name));
}

/** Whether it works in databases that exist, as listed in its field `database`. */
function worksIn(step: Step): boolean {
  return kindOf(step).scope === "database" && Array.isArray((step.desired as { database?: unknown }).database);
}

function createdBy(step: Step) {
  return kindOf(step).lifecycle?.creates?.(step.desired) ?? [];
}

/** The steps that say how data is read and checked: neither seed documents nor transformations. */
export function withoutDocuments(set: TestedSet): readonly Step[] {
  return set.steps.filter((step) => documentsOf(step) === undefined);
}

/** The step, in this database only. Nothing is staged, because the database has few documents. */
export function stepIn(step: Step, database: string): Step {
  const place = (spec: unknown) => ({
    ...(spec as object),
    database: [database],
    ...("deploy" in (spec as object) && { deploy: "inPlace" }),
  });
  const { id, kind, checksum, position, secrets, spoken } = step;
  const rest = { id, kind, checksum, position, secrets, spoken, allowDestroy: true };
  return new LoadedStep({ ...rest, desired: place(step.desired), shown: place(step.shown) });
}

/** The design documents that a step deploys, by name. */
export function designDocsOf({ kind, desired }: Pick<Step, "kind" | "desired">): Readonly<Record<string, JsonObject>> {
  if (kind !== ensureDesignDocs.name || !isObject(desired)) return {};
  return desired.docs as Readonly<Record<string, JsonObject>>;
}

/** The names of a field's members in all design documents, as `<design document>/<name>`. */
export function membersOf(set: TestedSet, field: "views" | "filters"): string[] {
  return set.steps.flatMap((step) =>
    Object.entries(designDocsOf(step)).flatMap(([name, doc]) =>
      Object.keys(isObject(doc[field]) ? doc[field] : {})
        .filter((member) => field !== "views" || member !== "lib")
        .map((member) => `${name}/${member}`),
    ),
  );
}
