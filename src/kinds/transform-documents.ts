import { defaults } from "../contract/options.js";
import { isReplicator } from "../objects/replications/replicator-database.js";
import { type DatabaseField, databaseList, databases, listed, ownDatabaseProblems } from "../steps/database-field.js";
import { type Change, holds, refuses, updates } from "../steps/difference.js";
import { type DatabaseContext, defineKind, type SpecProblem, type StepContext } from "../steps/kind.js";
import type { StepWarning } from "../steps/warnings.js";
import type { JsonObject } from "../text/json.js";
import { count } from "../text/quantity.js";
import { carryOver, readMarker } from "../transform/carry-over.js";
import { changeAsDeclared, type Declared, pointerProblems } from "../transform/declared.js";
import type { Transform } from "../transform/edit.js";
import { type Division, isDivision, isUndivided, type Marker, MarkerStore } from "../transform/marker.js";
import { divide, finishParts, type Standing, standing, standingOf, transformPart } from "../transform/parts.js";
import type { Conflicts } from "../transform/prepare.js";
import { type Preview, preview } from "../transform/preview.js";
import { RunningScript } from "../transform/running-script.js";
import { readScript } from "../transform/script.js";
import { inTurn } from "../transform/script-slots.js";
import { type Ending, type TransformationOptions, transformAll } from "../transform/transformation.js";

interface Spec extends Declared {
  readonly database: DatabaseField;
  readonly selector?: JsonObject;
  readonly script?: string;
  readonly conflicts?: Conflicts;
}

interface Transformed extends Declared {
  readonly database: readonly string[];
  readonly selector?: JsonObject;
  /** The text of the module. */
  readonly script?: string;
  readonly conflicts?: Conflicts;
}

interface Observed {
  /** Also absent if the work is divided. */
  readonly marker: Marker | undefined;
  /** If the work is divided. */
  readonly division?: Division;
  /** The step was applied in this form, or will be. */
  readonly sameForm: boolean;
  /** The command that accepts the other form. */
  readonly accept: string;
  readonly allowDestroy: boolean;
  /** Only for a plan. */
  readonly preview?: Preview;
  /** Only for a plan. */
  readonly standing?: Standing;
}

const pointer = { type: "string" } as const;

/** Whichever documents match: users may write more of them at any time. */
const former = { states: [{ path: "/docs", before: "the documents that match" }] };

export const transformDocuments = defineKind<Spec, Transformed, Observed, true>({
  name: "transformDocuments",
  summary:
    "Changes existing documents, each exactly once: those that match a selector, or all except design documents.",
  schema: {
    type: "object",
    required: ["database"],
    additionalProperties: false,
    properties: {
      database: databases,
      selector: {
        type: "object",
        description: "Mango selector of the documents to change. Default: all.",
        examples: [{ type: "zergling", legs: { $exists: false } }],
      },
      rename: {
        type: "object",
        description:
          "Moves the value at one JSON Pointer to another. Done first. If there is a value at the second pointer already, the step stops.",
        minProperties: 1,
        additionalProperties: pointer,
        examples: [{ "/colour": "/color" }],
      },
      unset: {
        type: "array",
        description: "JSON Pointers to remove. Done after `rename`.",
        items: pointer,
        minItems: 1,
        uniqueItems: true,
        examples: [["/cocoon"]],
      },
      set: {
        type: "object",
        description:
          "Values by JSON Pointer. Done after `unset`; missing objects on the way are created, and `/list/-` appends to a list. Variables are not resolved in it.",
        minProperties: 1,
        additionalProperties: true,
        examples: [{ "/legs": 6, "/address/planet": "Char" }],
      },
      script: {
        type: "string",
        description:
          "Instead of those: a `.mjs` or `.js` file, relative to this one, whose default export is a function of a document, possibly async. It returns the changed document, the same one (which is then not written), or `null`, which deletes it. It may import only `node:` modules.",
        minLength: 1,
        examples: ["../scripts/count-legs.mjs"],
        variables: true,
      },
      conflicts: {
        enum: ["leave", "refuse"],
        description:
          "What to do with a document that has conflicting revisions. `leave` (the default) changes the winning one; the others stay as they are, and a warning counts them. `refuse` stops the step before it changes such a document, and names it.",
      },
    },
  },
  example: `transformDocuments:
  database: zerglings
  selector: { type: zergling, legs: { $exists: false } }
  set: { /legs: 6 }
`,
  scope: "database",
  nature: { lifetime: "once", documents: "all", destroys: "maybe" },
  lifecycle: { renamed: ({ database, couch, step }) => carryOver(couch, database, step) },
  fast: { provenByApply: true },

  title: ({ database, selector }) => `${selector ? "matching" : "all"} documents in ${listed(database)}`,
  databases: ({ database }) => database,
  claims: () => [],

  check: {
    spec(spec) {
      return [...ownDatabaseProblems(spec.database, "database"), ...changeProblems(spec), ...pointerProblems(spec)];
    },
  },

  async resolve({ database, script, ...spec }, files) {
    const source = script === undefined ? undefined : await readScript(files, script);
    return { ...spec, database: databaseList(database), ...(source === undefined ? {} : { script: source }) };
  },

  async observe(context) {
    const { database, couch, step, allowDestroy = false } = context;
    const accept = context.accept?.() ?? "`couchdb-migrate ledger accept`";
    const found = await readMarker(couch, database, step);
    const marker = isUndivided(found) ? found : undefined;
    const sameForm = marker === undefined || marker.checksum === step.checksum;
    return { marker, ...(isDivision(found) ? { division: found } : {}), sameForm, accept, allowDestroy };
  },

  async detail(context, observed) {
    const { desired, database, couch, step, withoutPreview } = context;
    const { division } = observed;
    const seen = withoutPreview
      ? undefined
      : await withTransform(context, (transform) =>
          preview(context, database, desired.selector, transform, desired.conflicts),
        );
    const standing = division && (await standingOf(division, couch, database, step));
    return { ...observed, ...(seen ? { preview: seen } : {}), ...(standing ? { standing } : {}) };
  },

  diff(_, observed, { database }) {
    if (!observed)
      return updates([changedOnce("those that match then", "changes the documents that match then, each once")], true, {
        former,
      });
    const { marker, division, standing, sameForm, accept, allowDestroy, preview } = observed;
    if (marker?.state === "done")
      return sameForm
        ? holds({ warnings: said({ counts: marker.counts, arriving: 0 }, database) })
        : refuses({ code: "applied-in-another-form", database, accept });
    const changes = preview ? [countOf(preview), ...preview.changes] : [];
    const warnings: StepWarning[] = [
      ...begunWarnings(marker, sameForm, database),
      ...inParts(standing, database),
      ...(preview?.faults ?? []).map((fault) => ({ code: "unfit-document", fault }) as const),
    ];
    const begun = marker !== undefined || division !== undefined;
    if (!preview?.deletes || allowDestroy) return updates(changes, true, { warnings, begun, former });
    return refuses({ code: "deletes-documents", database }, changes, { warnings });
  },

  divide: {
    begin: async (parts, { database, step, couch }) => {
      await carryOver(couch, database, step);
      await divide(couch, database, step, parts);
    },
    standing: ({ database, step, couch }) => standing(couch, database, step),
    apply: (part, context) => withOptions(context, (options) => transformPart(part, options)),
  },

  /**
   * The answer has a row for each document, with its new revision; if it has none, the document's history decides.
   * The walk only ends when no document is left to change.
   */
  async apply(_, context) {
    const { database } = context;
    const step = context.step;
    await carryOver(context.couch, database, step);
    const divided = isDivision(await new MarkerStore(context.couch, database, step).read());
    return said(await withOptions(context, divided ? finishParts : transformAll), database);
  },
});

function withOptions<T>(
  context: DatabaseContext<Transformed>,
  work: (options: TransformationOptions) => Promise<T>,
): Promise<T> {
  const { desired, database, step } = context;
  const { selector, conflicts } = desired;
  return withTransform(context, (transform) => work({ database, selector, transform, conflicts, step, context }));
}

/** Each place has its own script, so if one hangs or throws in one database, the others are not affected. */
async function withTransform<T>(
  { desired, couch, signal, foreign, print, scriptTimeout = defaults.scriptTimeout }: StepContext<Transformed>,
  work: (transform: Transform) => Promise<T>,
): Promise<T> {
  const { script, rename, unset, set } = desired;
  if (script === undefined) {
    const declared = { ...(rename ? { rename } : {}), ...(unset ? { unset } : {}), ...(set ? { set } : {}) };
    return work((document) => changeAsDeclared(document, declared));
  }
  return inTurn(couch, async () => {
    const running = await RunningScript.open(script, {
      limit: scriptTimeout,
      setting: "--script-timeout",
      signal,
      foreign,
      ...(print ? { print } : {}),
    });
    try {
      return await work((document) => running.change(document));
    } finally {
      await running.close();
    }
  });
}

function changeProblems({ database, script, rename, unset, set }: Spec): SpecProblem[] {
  const declared = rename !== undefined || unset !== undefined || set !== undefined;
  const problems: SpecProblem[] = [];
  const add = (path: string, code: string, message: string) => void problems.push({ path, code, message });
  if (script === undefined && !declared) {
    add("", "no-change", "the step changes nothing: add `set`, `unset`, `rename` or `script`");
  }
  if (script !== undefined && declared) {
    add(
      "/script",
      "two-changes",
      "`script` can't be combined with `set`, `unset` and `rename`: do their work in the script",
    );
  }
  const replicator = [database].flat().find(isReplicator);
  if (replicator !== undefined) {
    add("/database", "system-database", `for documents of \`${replicator}\`, use \`ensureReplication\``);
  }
  return problems;
}

function countOf({ matching, changes }: Preview): Change {
  const before = matching === 1 ? "1 document matches" : `${matching} documents match`;
  const how = matching === 1 ? "" : ", each once";
  // The changes are below `/docs/ID`.
  const shown = new Set(changes.map(({ path }) => path.split("/")[2])).size;
  const samples = shown === 0 ? "" : shown < matching ? "; the first of them:" : ":";
  return changedOnce(before, `changes ${count(matching, "matching document")}${how}${samples}`);
}

function changedOnce(before: string, text: string): Change {
  return { path: "/documents", before, after: "changed once", text };
}

function begunWarnings(marker: Marker | undefined, sameForm: boolean, database: string): StepWarning[] {
  return marker ? [{ code: "begun", database, changed: marker.counts.changed, edited: !sameForm }] : [];
}

function inParts(standing: Standing | undefined, database: string): StepWarning[] {
  if (!standing) return [];
  const { of, open, changed } = standing;
  return [{ code: "begun-in-parts", database, done: of - open.length, of, changed }];
}

function said({ counts: { conflicted }, arriving }: Ending, database: string): StepWarning[] {
  const warnings: StepWarning[] = [];
  if (conflicted > 0) warnings.push({ code: "documents-in-conflict", database, documents: conflicted });
  if (arriving > 0) warnings.push({ code: "documents-arriving", database, documents: arriving });
  return warnings;
}
