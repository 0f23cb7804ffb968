import { inventoryOf } from "../couch/inventory.js";
import { designDocFaults } from "../objects/design-docs/check.js";
import { companionIn } from "../objects/design-docs/companions.js";
import { compareDesignDocs, contentOf, type ObservedDesignDocs, rebuildOf } from "../objects/design-docs/compare.js";
import { type DesignDoc, type FoundDesignDoc, viewNames } from "../objects/design-docs/design-doc.js";
import { languageWarnings } from "../objects/design-docs/languages.js";
import { listDesignDocs } from "../objects/design-docs/list.js";
import { ownedByCouch } from "../objects/design-docs/owned-by-couch.js";
import { partitionProblems, partitionRefusal } from "../objects/design-docs/partitions.js";
import { previousTaken } from "../objects/design-docs/previous-taken.js";
import { searchWarning } from "../objects/design-docs/search-warning.js";
import { selectorWarning } from "../objects/design-docs/selector-warning.js";
import { hasSelector } from "../objects/design-docs/shape.js";
import { inlineSources, readSources } from "../objects/design-docs/sources.js";
import { asStagedDocument } from "../objects/design-docs/staged-write.js";
import {
  type DesignDocsWrite,
  deploy,
  planDeployment,
  stageAhead,
  stagedAhead,
  writtenDocs,
} from "../objects/design-docs/staging.js";
import { lackingOf } from "../objects/design-docs/twins.js";
import { indexSizes, wayBackOf } from "../objects/design-docs/way-back.js";
import { type DatabaseField, databaseList, databases, listed, ownDatabaseProblems } from "../steps/database-field.js";
import { type Change, creates, holds, refuses, updates } from "../steps/difference.js";
import { type FromField, filesAndFolders } from "../steps/from-field.js";
import { defineKind, type SpecProblem } from "../steps/kind.js";
import { isObject, type JsonObject } from "../text/json.js";
import { didYouMean } from "../text/nearest.js";
import { toPointer } from "../text/pointer.js";
import { called } from "../text/quantity.js";

type Deploy = "staged" | "inPlace";

interface Spec {
  readonly database: DatabaseField;
  readonly from?: FromField;
  readonly ignore?: readonly string[];
  readonly docs?: JsonObject;
  readonly deploy?: Deploy;
  readonly keepPrevious?: boolean;
  readonly mayBeEmpty?: readonly string[];
}

interface DesignDocs {
  readonly database: readonly string[];
  /** By name, without `_design/`. */
  readonly docs: Readonly<Record<string, DesignDoc>>;
  readonly deploy: Deploy;
  readonly keepPrevious: boolean;
  /** `<design document>/<view>`. */
  readonly mayBeEmpty?: readonly string[];
}

export const ensureDesignDocs = defineKind<Spec, DesignDocs, ObservedDesignDocs, DesignDocsWrite>({
  name: "ensureDesignDocs",
  summary: "Design documents, from JSON files, from folders with one function per file, or inline.",
  schema: {
    type: "object",
    required: ["database"],
    additionalProperties: false,
    properties: {
      database: databases,
      from: filesAndFolders(
        'File, folder, or list of them, relative to this file. A `.json` file holds one design document, a list, or `{docs: […]}`. A folder is one design document (`views/by-owner/map.js`, `validate_doc_update.js`, …) or holds several. As in couchapp, a file becomes a field, named after the file without its last extension: `templates/list.html` is the text `templates.list`, and a `.json` file is its value. CommonJS modules that the code requires may be in any folder: `filters/lib/owner.js` is `require("filters/lib/owner")`. `map.erl` is for design documents with a file `language` that contains `erlang`.',
        ["../design/zerglings", ["../design/zerglings", "../design/reports.json"]],
      ),
      ignore: {
        type: "array",
        description:
          "Files in the folders of `from` to ignore: patterns as in a `.gitignore`, relative to each folder. Hidden files, couchapp's `_docs` folder, and what a `.couchappignore` lists (a JSON list of regular expressions) are always ignored.",
        items: { type: "string", minLength: 1 },
        minItems: 1,
        uniqueItems: true,
        examples: [["*.md", "client/"]],
      },
      docs: {
        type: "object",
        description:
          "Design documents by name, without `_design/`, as CouchDB stores them. With `language: query`, `validate_doc_update` is a Mango selector: CouchDB 3.5 and older refuse such a document. From 3.5.2 on, CouchDB adds `lucene_version` to new Nouveau indexes; if you leave the field out, the server's value stays.",
        minProperties: 1,
        propertyNames: { minLength: 1 },
        additionalProperties: { type: "object" },
        examples: [{ zerglings: { views: { "by-owner": { map: "function (doc) {\n  emit(doc.owner);\n}" } } } }],
      },
      deploy: {
        type: "string",
        enum: ["staged", "inPlace"],
        default: "staged",
        description:
          "`staged`: the index of a changed view is built alongside the old one, which keeps answering, and replaces it once it is built and its views work. If there are few documents, or there were no views before, the document is written immediately. `inPlace`: written immediately; queries wait for the build.",
        variables: true,
      },
      keepPrevious: {
        type: "boolean",
        default: false,
        description:
          "Whether a staged deployment keeps the previous version as `<name>--previous`, without its validation, until the next deployment, so that going back only indexes what was written since. Until then, the old index takes disk space.",
        variables: true,
      },
      mayBeEmpty: {
        type: "array",
        default: [],
        description:
          "Views that may lose all their rows, as `<design document>/<view>`. Without this, a staged deployment is refused if a view that had rows has none in its new version, because its map may throw for every document. It is not part of the step's checksum.",
        items: { type: "string", minLength: 3 },
        uniqueItems: true,
        permits: true,
        examples: [["zerglings/by-owner"]],
      },
    },
  },
  example: `ensureDesignDocs:
  database: zerglings
  docs:
    zerglings:
      views:
        by-owner:
          map: |-
            function (doc) {
              if (doc.owner) emit(doc.owner);
            }
          reduce: _count
`,
  scope: "database",
  lifecycle: { removedBy: "removeDesignDocs" },
  fast: { provenByApply: true, absentFromNew: () => true, joins: true, ahead: listDesignDocs },

  title: ({ database, docs }) => `${called("design document", Object.keys(docs))} in ${listed(database)}`,
  databases: ({ database }) => database,
  claims: ({ database, docs }) => database.flatMap((db) => Object.keys(docs).map((name) => `designDoc/${db}/${name}`)),

  check: {
    spec({ database, from, ignore, docs }) {
      const own = ownDatabaseProblems(database, "database");
      if (ignore !== undefined && from === undefined) {
        const message = "`ignore` works only with `from`";
        return [...own, { path: "/ignore", code: "nothing-to-ignore", message }];
      }
      if (from !== undefined || docs !== undefined) return own;
      const message = "the step needs `from` (files and folders) or `docs` (inline)";
      return [...own, { path: "", code: "no-design-docs", message }];
    },
    partitions: ({ database, docs }, partitioned) => partitionProblems(docs, database, partitioned),
    largerThan: ({ docs }, bytes) =>
      Object.entries(docs).flatMap(([name, doc]) =>
        Buffer.byteLength(JSON.stringify(doc)) > bytes ? [`design document ${name}`] : [],
      ),
    warnings: ({ database, docs }) => [
      ...languageWarnings(docs),
      ...database.flatMap((db) => ownedByCouch(db, Object.keys(docs))),
    ],
  },

  async resolve(spec, files) {
    const {
      database,
      from = [],
      ignore,
      docs: inline = {},
      deploy = "staged",
      keepPrevious = false,
      mayBeEmpty = [],
    } = spec;
    const found = [...(await readSources(files, from, ignore)), ...inlineSources(files, inline)];
    for (const one of found) for (const fault of designDocFaults(one.name, stripped(one))) one.report(fault);
    const docs = byName(found);
    for (const { name, at } of found) files.origin?.(toPointer(["docs", name]), at);
    for (const { path, code, message } of unknownViews(mayBeEmpty, docs))
      files.problem({ pointer: path }, code, message);
    return { database: databaseList(database), docs, deploy, keepPrevious, mayBeEmpty };
  },

  async observe({ couch, desired, database, step }) {
    const found = await listDesignDocs(couch, database, Object.keys(desired.docs));
    const info = found && (await inventoryOf(couch).info(database));
    if (!found || !info) return undefined;
    const all = Object.entries(found);
    const isNamed = ([name]: readonly [string, DesignDoc]) => Object.hasOwn(desired.docs, name);
    return {
      docs: Object.fromEntries(all.filter(isNamed)),
      others: Object.fromEntries(all.filter((one) => !isNamed(one))),
      documents: Math.max(0, info.documents - all.length),
      bytes: info.bytes,
      partitioned: info.partitioned,
      ...(Object.values(desired.docs).some(hasSelector) ? { version: await couch.version() } : {}),
      set: step.set,
    };
  },

  async detail({ couch, desired, database }, observed) {
    const rebuilt = compareDesignDocs(writtenDocs(desired, observed), observed).filter(({ rebuilds }) => rebuilds);
    const twins = rebuilt.map((doc) => rebuildOf(database, observed, doc).reuses);
    const replaced = desired.keepPrevious ? rebuilt.filter(({ stored }) => stored).map(({ name }) => name) : [];
    const sizes = await indexSizes(couch, database, replaced);
    return { ...observed, lacking: await lackingOf(couch, database, twins), sizes };
  },

  diff(desired, observed, { database }) {
    const docs = writtenDocs(desired, observed);
    const different = compareDesignDocs(docs, observed);
    const write = planDeployment({ ...desired, docs }, observed, different);
    const leftOver = write.finished.filter(
      (staged) => !different.some(({ name }) => companionIn(observed?.others[staged] ?? {})?.of === name),
    );
    if (different.length === 0 && leftOver.length === 0) return holds();
    const refusal =
      observed &&
      (partitionRefusal(docs, database, observed.partitioned) ??
        previousTaken(database, write.staged, { docs, others: observed.others }));
    if (refusal) {
      const changes = different.flatMap(({ changes }) => changes);
      return refuses(refusal, changes);
    }
    const changes = [...different.flatMap(({ changes }) => changes), ...leftOver.map(leftOverChange)];
    const staged = new Set(write.staged.map(({ name }) => name));
    const wayBack = ({ name }: { readonly name: string }) =>
      staged.has(name) ? wayBackOf(desired.keepPrevious, observed?.sizes?.[name]) : {};
    const rebuilds = different
      .filter(({ rebuilds }) => rebuilds)
      .map((doc) => ({ ...rebuildOf(database, observed, doc), staged: staged.has(doc.name), ...wayBack(doc) }));
    const former = { states: different.flatMap((doc) => doc.changes) };
    const created = different.flatMap(({ name, stored }) => (stored ? [] : [`designDoc/${database}/${name}`]));
    const warnings = different.flatMap((doc) => [...searchWarning(doc), ...selectorWarning(doc, observed?.version)]);
    const said = { rebuilds, former, created, warnings };
    const isNew = Object.keys(observed?.docs ?? {}).length === 0;
    return (isNew ? creates : updates)(changes, write, said);
  },

  /**
   * The answers name each document and its new revision, which is a digest of the stored content; a document with an
   * unexpected revision is read back. A staged view is queried before its document is replaced.
   */
  apply: (write, context) => deploy(context, context.database, write),

  stage: {
    documents: (write) => stagedAhead(write).map(asStagedDocument),
    build: (write, context) => stageAhead(context, context.database, write),
  },
});

function leftOverChange(staged: string): Change {
  return { path: toPointer(["docs", staged]), before: "left by a run that did not end", after: null };
}

function unknownViews(named: readonly string[], docs: DesignDocs["docs"]): SpecProblem[] {
  const known = Object.entries(docs).flatMap(([name, doc]) => viewNames(doc).map((view) => `${name}/${view}`));
  return named.flatMap((view, i) => {
    if (known.includes(view)) return [];
    const otherwise = "; a view is named `<design document>/<view>`";
    const message = `this step has no view \`${view}\`${didYouMean(view, known, otherwise)}`;
    return [{ path: toPointer(["mayBeEmpty", i]), code: "unknown-view", message }];
  });
}

/**
 * Removes fields that an export has and a step does not declare. Attachments are kept, so that they are reported as a
 * problem.
 */
function stripped({ doc }: FoundDesignDoc): DesignDoc {
  const { _id, _rev, ...content } = doc;
  const { _attachments, ...others } = content;
  return isObject(_attachments) && Object.keys(_attachments).length === 0 ? others : content;
}

function byName(found: readonly FoundDesignDoc[]): Record<string, DesignDoc> {
  const docs = new Map<string, DesignDoc>();
  for (const one of found) {
    if (docs.has(one.name)) {
      const message = "this design document appears twice in this step";
      one.report({ keys: [], code: "duplicate-design-doc", message });
    }
    docs.set(one.name, contentOf(one.doc));
  }
  return Object.fromEntries([...docs].sort(([a], [b]) => (a < b ? -1 : 1)));
}
