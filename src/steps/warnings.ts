/**
 * The warnings of steps: what a person should know about a step, even if it holds or can be applied. A kind returns a
 * warning as a value, `{ code: "node-down", node }`; its sentence is here. No sentence contains a secret. The codes
 * are in the JSON of a plan.
 *
 * To add one: add an entry to `catalogue`.
 */
import { count, grouped } from "../text/quantity.js";

const catalogue = {
  "node-down": ({ node }: { node: string }) => `node ${node} is down and was not checked`,
  "node-not-listed": ({ node }: { node: string }) =>
    `node ${node} is in the cluster, but not in \`nodes\`; it stays there`,

  "shards-fixed": ({ database, key, is, asked }: Shards & { key: "q" | "n" }) =>
    `database ${database}: ${key} is ${is}, not ${asked}; ${key} is fixed at creation`,
  "n-above-nodes": ({ database, is, asked }: Shards) =>
    `database ${database}: n is ${is}, not ${asked}; CouchDB keeps at most one copy per node, and n is fixed at creation`,
  "open-database": (_: object) => "the database has no members, so anyone can read and write it without a login",

  "user-in-conflict": ({ user }: { user: string }) =>
    `the document of user ${user} has conflicting revisions, so CouchDB rejects its login until they are resolved`,

  "replication-restarts": (_: object) => "the replication was completed; CouchDB starts it again, from where it ended",
  "replication-failed": ({ id, state, database }: { id: string; state: string; database: string }) =>
    `CouchDB reports replication ${id} as ${state}; \`_scheduler/docs/${encodeURIComponent(database)}/${id}\` says why`,

  "owned-by-couchdb": ({ database, designDoc, why }: { database: string; designDoc: string; why: string }) =>
    `_design/${designDoc} in ${database} belongs to CouchDB: ${why}, so this step will drift. Put your functions in another design document in ${database}`,
  "unknown-language": ({ designDoc, language, hint }: { designDoc: string; language: string; hint: string }) =>
    `_design/${designDoc} has the language \`${language}\`, which CouchDB does not support by itself${hint}`,
  "selector-not-supported": ({ designDoc, version }: { designDoc: string; version: string }) =>
    `_design/${designDoc} validates documents with a Mango selector, which CouchDB ${version} refuses: it needs CouchDB 3.6`,
  "search-not-staged": ({ designDoc, indexes }: { designDoc: string; indexes: readonly string[] }) =>
    `search indexes are not staged: queries on ${indexes.join(", ")} of _design/${designDoc} wait for the build (not tested with a search service)`,

  "index-not-alone": ({ index, ddoc, neighbours }: Index & { neighbours: readonly string[] }) =>
    `index ${index} is not alone in _design/${ddoc}: ${neighbours.join(", ")} ${neighbours.length === 1 ? "is" : "are"} rebuilt with it`,
  "index-elsewhere": ({ index, ddoc, others }: Index & { others: readonly string[] }) =>
    `there is no index ${index} in _design/${ddoc}, but there is one in ${others.map((other) => `_design/${other}`).join(", ")}; set \`ddoc\` to that one`,

  begun: ({ database, changed, edited }: { database: string; changed: number; edited: boolean }) =>
    `this step was started in ${database} and has changed ${count(changed, "document")} so far${edited ? "; it was edited after that, and documents that were already changed are not changed again" : ""}`,
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
    `this step was started in ${database} in parts: ${done} of ${of} are done, and it has changed ${count(changed, "document")} so far`,
  "unfit-document": ({ fault }: { fault: string }) => `a document can't be changed: ${fault}`,
  "documents-in-conflict": ({ database, documents }: { database: string; documents: number }) =>
    `${grouped(documents)} of the documents changed in ${database} have conflicting revisions; these were left as they are`,
  "documents-arriving": ({ database, documents }: { database: string; documents: number }) =>
    `documents in the old form are still arriving in ${database} (${grouped(documents)} just before the step finished); those that arrive from now on are not changed`,
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

/** As it appears in results and events. */
export interface ToldWarning {
  readonly code: string;
  readonly message: string;
}

export function tell(warning: StepWarning): ToldWarning {
  const { code } = warning;
  const sentence: (data: never) => string = catalogue[code];
  return { code, message: sentence(warning as never) };
}
