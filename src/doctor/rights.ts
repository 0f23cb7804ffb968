/**
 * The minimum rights that each command and step kind needs on CouchDB. docs/permissions.md is generated from this
 * table, `doctor` uses it to report missing rights, and test/permissions tries every row on a real CouchDB.
 */

/** What a user may do, from least to most. An admin of a database is also a member of it. */
export type Right = "nothing" | "login" | "member" | "database admin" | "server admin";

export interface RightsRow {
  /** For people, as Markdown: the command, kind or object of the row. */
  readonly what: string;
  readonly needs: Right;
  /** Where, as Markdown. */
  readonly where: string;
  /** What happens with the next lower right, as Markdown. */
  readonly less: string;
}

const stepDatabases = "the databases that its steps work in";
const ledgerDatabase = "the database of `--ledger-database`";
const exit4 = "`missing-permission`, exit code 4";
const nothingWritten = `${exit4}; nothing is written`;
const stepFails = `the step fails with ${exit4}`;

export const commandRights = {
  offline: {
    what: "`validate`, `lint`, `test`, `new`, `schema`, `completion`, `sandbox`, `plan --sandbox`",
    needs: "nothing",
    where: "",
    less: "they ask no CouchDB",
  },
  wait: { what: "`wait`", needs: "login", where: "", less: "`unauthorized`, exit code 4" },
  doctor: {
    what: "`doctor`",
    needs: "login",
    where: "only a server admin sees everything",
    less: "what the user may not see is skipped, and says why; without a login, exit code 4",
  },
  plan: {
    what: "`plan`, in CI for example",
    needs: "member",
    where: stepDatabases,
    less: "`cannot read …` for the steps of that database, exit code 1",
  },
  planLedger: {
    what: "`plan`: what was applied",
    needs: "member",
    where: ledgerDatabase,
    less: "every step is compared with the server, with the warning `ledger-unread`",
  },
  planServer: {
    what: "`plan`: steps that need a server admin to apply, except `ensureDatabase` and `removeDatabase`",
    needs: "server admin",
    where: "",
    less: "`cannot read …` for these steps, exit code 1; before 3.0, CouchDB may show users and replications as absent",
  },
  patterns: {
    what: "`plan` and `apply`: patterns such as `tenant-*`",
    needs: "server admin",
    where: "",
    less: `${nothingWritten} (from CouchDB 3.0 on, nobody else may list databases)`,
  },
  status: { what: "`status`", needs: "member", where: ledgerDatabase, less: exit4 },
  apply: {
    what: "`apply`, `ledger forget`, `ledger accept`, `ledger release`, `ledger environment`, `unlock`",
    needs: "member",
    where: ledgerDatabase,
    less: nothingWritten,
  },
  applyOwnLedger: {
    what: "the same, without `--ledger-database`",
    needs: "server admin",
    where: "creates the database `couchdb-migrate`, for server admins only",
    less: nothingWritten,
  },
  stage: {
    what: "`stage`, `stage --abort`: in addition to the ledger",
    needs: "database admin",
    where: stepDatabases,
    less: stepFails,
  },
  test: {
    what: "`test --url`",
    needs: "server admin",
    where: "creates databases and users for the tests, and deletes them",
    less: nothingWritten,
  },
  reset: {
    what: "`reset`, `dev`",
    needs: "server admin",
    where: "what their steps create; no CouchDB is asked without `--url`",
    less: nothingWritten,
  },
  import: { what: "`import`", needs: "server admin", where: "", less: exit4 },
} as const satisfies Record<string, RightsRow>;

/** What `apply` needs for a step, in addition to the ledger. */
const ofDatabase = { needs: "database admin", where: "its databases", less: stepFails } as const;
const ofMember = { needs: "member", where: "its databases", less: stepFails } as const;
const ofServer = { needs: "server admin", where: "", less: stepFails } as const;
const ofNodes = { needs: "server admin", where: "`_node` of every node", less: nothingWritten } as const;

export const kindRights = {
  ensureCluster: ofNodes,
  ensureAdmin: ofNodes,
  ensureConfig: ofNodes,
  ensureDatabase: {
    ...ofServer,
    where:
      "a member, if the database exists as declared; an admin of the database, to change `revsLimit`; always for `purgedInfosLimit` and `reshard`",
  },
  ensureSecurity: ofDatabase,
  ensureDesignDocs: ofDatabase,
  ensureIndexes: ofDatabase,
  ensureUser: { ...ofServer, where: "`_users`" },
  ensureReplication: { ...ofDatabase, where: "`_replicator`, or `database`" },
  ensureDocuments: ofMember,
  transformDocuments: ofMember,
  removeDatabase: ofServer,
  removeDesignDocs: ofDatabase,
  removeIndexes: ofDatabase,
  removeDocuments: ofMember,
  removeUser: { ...ofServer, where: "`_users`" },
  removeAdmin: ofNodes,
  removeReplication: { ...ofServer, where: "`_replicator`, or `database`" },
  removeConfig: ofNodes,
} as const satisfies Record<string, Omit<RightsRow, "what">>;

/** What `apply` needs for a step of this kind. A kind that is not in the table needs the highest right. */
export function rightFor(kind: string): Right {
  return Object.hasOwn(kindRights, kind) ? kindRights[kind as keyof typeof kindRights].needs : "server admin";
}

const order: readonly Right[] = ["nothing", "login", "member", "database admin", "server admin"];

export function suffices(has: Right, needs: Right): boolean {
  return order.indexOf(has) >= order.indexOf(needs);
}
