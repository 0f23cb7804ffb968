/**
 * The warnings of steps: what is to be said of one, though it holds or can be applied. A kind returns a warning as a
 * value, `{ code: "node-down", node }`; its sentence is here. None holds a secret. The codes are in the JSON of a plan.
 *
 * To add one: an entry in `catalogue`.
 */
import { idOf } from "./design-docs/design-doc.js";

const catalogue = {
  "node-down": ({ node }: { node: string }) => `node ${node} is down: not looked at`,
  "node-not-listed": ({ node }: { node: string }) =>
    `node ${node} is in the cluster, but not in \`nodes\`: it is left there`,

  "shards-fixed": ({ database, key, is, asked }: Shards & { key: "q" | "n" }) =>
    `database ${database}: ${key} is ${is}, not ${asked}; ${key} is fixed at creation`,
  "n-above-nodes": ({ database, is, asked }: Shards) =>
    `database ${database}: n is ${is}, not ${asked}; CouchDB makes no more copies than it has nodes, and n is fixed at creation`,
  "open-database": (_: object) => "it has no members: everybody may read and write, without a login",

  "user-in-conflict": ({ user }: { user: string }) =>
    `the document of user ${user} has conflicting revisions: CouchDB refuses its login until they are resolved`,

  "replication-restarts": (_: object) => "it was completed: CouchDB replicates again, from where it ended",
  "replication-failed": ({ id, state }: { id: string; state: string }) =>
    `CouchDB reports replication ${id} as ${state}: its \`_scheduler/docs/_replicator/${id}\` says why`,

  "owned-by-couchdb": ({ database, designDoc, why }: { database: string; designDoc: string; why: string }) =>
    `${idOf(designDoc)} of ${database} belongs to CouchDB: ${why}, so this step drifts. Put your functions into another design document of ${database}`,
  "unknown-language": ({ designDoc, language, hint }: { designDoc: string; language: string; hint: string }) =>
    `${idOf(designDoc)} has the language \`${language}\`, which CouchDB does not have by itself${hint}`,
  "search-not-staged": ({ designDoc, indexes }: { designDoc: string; indexes: readonly string[] }) =>
    `search indexes are not staged: queries of ${indexes.join(", ")} of ${idOf(designDoc)} wait for the build (not tested with a search service)`,

  "index-not-alone": ({ index, ddoc, neighbours }: Index & { neighbours: readonly string[] }) =>
    `index ${index} is not alone in ${idOf(ddoc)}: ${neighbours.join(", ")} ${neighbours.length === 1 ? "is" : "are"} built anew with it`,
  "index-elsewhere": ({ index, ddoc, others }: Index & { others: readonly string[] }) =>
    `there is no index ${index} in ${idOf(ddoc)}, but there is one in ${others.map(idOf).join(", ")}: give its \`ddoc\``,

  begun: ({ database, changed, edited }: { database: string; changed: number; edited: boolean }) =>
    `it was begun in ${database}, where ${changed} documents are changed already${edited ? "; the step was edited since, and they are not changed again" : ""}`,
  "begun-in-parts": ({
    database,
    done,
    of,
    changed,
  }: {
    database: string;
    done: number;
    of: number;
    changed: number;
  }) =>
    `it was begun in ${database} in parts: ${done} of ${of} parts are done, ${changed} documents are changed already`,
  "unfit-document": ({ fault }: { fault: string }) => `a document can't be changed: ${fault}`,
  "documents-in-conflict": ({ database, documents }: { database: string; documents: number }) =>
    `${documents} of the documents changed in ${database} have conflicting revisions, which were left as they are`,
  "documents-arriving": ({ database, documents }: { database: string; documents: number }) =>
    `documents of the old form go on arriving in ${database}, ${documents} in the last moment before the step was done: those that arrive from now on are not changed`,
};

interface Shards {
  readonly database: string;
  readonly is: number;
  readonly asked: number;
}

interface Index {
  readonly index: string;
  readonly ddoc: string;
}

type Catalogue = typeof catalogue;

export type StepWarning = {
  [Code in keyof Catalogue]: { readonly code: Code } & Readonly<Parameters<Catalogue[Code]>[0]>;
}[keyof Catalogue];

/** As results and events have it. */
export interface ToldWarning {
  readonly code: string;
  readonly message: string;
}

export function tell(warning: StepWarning): ToldWarning {
  const { code } = warning;
  const sentence: (data: never) => string = catalogue[code];
  return { code, message: sentence(warning as never) };
}
