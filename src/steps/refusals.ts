/**
 * Why a step is refused, and what to do. A kind's `diff` refuses with a value, `{ code: "last-admin", admin, nodes
 * }`; its sentence is here. No sentence contains a secret.
 *
 * To add one: add an entry to `catalogue`.
 */
import { partitionsSince } from "../couch/welcome.js";

const allowIt = "to allow it, use --allow-destroy, or `allowDestroy: true` in the step";

const catalogue = {
  destroys: ({ title }: { title: string }) => `this step removes ${title}; ${allowIt}`,
  "deletes-documents": ({ database }: { database: string }) => `this step deletes documents in ${database}; ${allowIt}`,

  "partitioned-is-fixed": ({ database, partitioned }: { database: string; partitioned: boolean }) =>
    `database ${database} exists and ${partitioned ? "is" : "is not"} partitioned, which is fixed at creation; set \`partitioned: ${partitioned}\`, or create a new database and copy the documents`,
  "no-partitions": ({ database, version }: { database: string; version: string }) =>
    `database ${database} can't be partitioned: this needs CouchDB ${partitionsSince}, but the server is CouchDB ${version}; upgrade CouchDB, or remove \`partitioned: true\``,
  "cannot-reshard": ({ database, q, why }: { database: string; q: number; why: string }) =>
    `the shards of database ${database} can't be split into ${q}: ${why}; remove \`reshard\`, or create a new database and copy the documents`,
  "no-purged-infos-limit": ({ database, version, since }: { database: string; version: string; since: string }) =>
    `database ${database} has no \`purgedInfosLimit\`: this needs CouchDB ${since}, but the server is CouchDB ${version}; upgrade CouchDB, or remove \`purgedInfosLimit\` from the step`,

  "equals-in-key": ({ section, key, version, since }: Setting & { version: string; since: string }) =>
    `[${section}] ${key} can't be set: CouchDB reads a key with a \`=\` from its file only from ${since} on, but the server is CouchDB ${version}; use a key without a \`=\``,

  "no-clusters": (_: object) => "CouchDB 1.x has no clusters",
  "node-not-named": ({ node }: { node: string }) =>
    `the run is connected to node ${node}, which is not in \`nodes\`; use the node names that \`GET /_membership\` shows`,
  "nodes-cannot-join": ({ nodes }: { nodes: readonly string[] }) =>
    `${nodes.join(", ")} can't be joined over this port before CouchDB 3.0; use CouchDB's cluster setup`,

  "own-admin": ({ admin }: { admin: string }) =>
    `admin ${admin} is the one that this run logs in as; log in as another admin to remove it`,
  "last-admin": ({ admin, nodes }: { admin: string; nodes: readonly string[] }) =>
    `admin ${admin} is the last one on ${nodes.join(", ")}; ensure another admin first`,
  "user-without-password": ({ user }: { user: string }) =>
    `user ${user} does not exist, and can't be created without a password; add \`password\` to the step`,

  "design-doc-not-partitioned": ({
    database,
    designDoc,
    fault,
  }: {
    database: string;
    designDoc: string;
    fault: string;
  }) => `_design/${designDoc} can't be stored in ${database}: ${fault}`,
  "previous-name-taken": ({ database, designDoc }: { database: string; designDoc: string }) =>
    `_design/${designDoc} of ${database} is not the copy of a former version that \`keepPrevious\` needs to write under this name; rename or remove that document, or remove \`keepPrevious\``,
  "index-not-partitioned": ({ index }: { index: string }) =>
    `index ${index} can't be partitioned, because the database is not; leave \`partitioned\` out`,
  "index-partitioned-is-fixed": ({
    index,
    ddoc,
    neighbours,
  }: {
    index: string;
    ddoc: string;
    neighbours: readonly string[];
  }) =>
    `\`partitioned\` of index ${index} can't be changed, because _design/${ddoc} also holds ${neighbours.join(", ")}; give it its own \`ddoc\``,

  "applied-in-another-form": ({ database, accept }: { database: string; accept: string }) =>
    `another form of this one-time step was applied to ${database}, as its marker there says; restore it, or record the new form with ${accept}`,
};

interface Setting {
  readonly section: string;
  readonly key: string;
}

type Catalogue = typeof catalogue;

export type Refusal = {
  [Code in keyof Catalogue]: { readonly code: Code } & Readonly<Parameters<Catalogue[Code]>[0]>;
}[keyof Catalogue];

/** One sentence per refusal. */
export function reasonOf(refusals: readonly Refusal[]): string {
  return refusals.map(sentence).join("; ");
}

function sentence(refusal: Refusal): string {
  const say: (data: never) => string = catalogue[refusal.code];
  return say(refusal as never);
}
