import { MigrateError, toMigrateError } from "../contract/errors.js";
import { path } from "../couch/path.js";
import {
  comparable,
  definitionOf,
  documentOver,
  type Replication,
  replicationChanges,
  replicationProblems,
  type StoredReplication,
  sameReplication,
  shownReplication,
} from "../objects/replications/replication.js";
import {
  placeOf,
  replicationClaim,
  replicationName,
  replicatorOf,
} from "../objects/replications/replicator-database.js";
import { replicationSchema } from "../objects/replications/schema.js";
import { withStored } from "../secrets/unknown.js";
import { creates, holds, updates } from "../steps/difference.js";
import { defineKind } from "../steps/kind.js";
import type { StepWarning } from "../steps/warnings.js";
import type { JsonObject } from "../text/json.js";

export const ensureReplication = defineKind<Replication, Replication, StoredReplication, JsonObject>({
  name: "ensureReplication",
  summary:
    "A replication: a document in `_replicator` or another database of replications, compared without the fields that CouchDB writes.",
  schema: replicationSchema,
  example: `ensureReplication:
  id: zerglings-to-char
  source:
    url: http://127.0.0.1:5984/zerglings
    auth:
      basic:
        username: \${COUCHDB_USERNAME}
        password: \${COUCHDB_PASSWORD}
  target: https://char.example:6984/zerglings
  continuous: true
`,
  scope: "server",
  lifecycle: { removedBy: "removeReplication" },

  title: (replication) => `replication ${replicationName(replication)}`,
  databases: (replication) => [replicatorOf(replication)],
  claims: (replication) => [replicationClaim(replication)],
  check: { spec: replicationProblems },
  resolve: async (spec) => ({ ...definitionOf(spec), ...placeOf(spec), source: spec.source, target: spec.target }),

  async observe({ couch, desired }) {
    const answer = await couch.read<StoredReplication>(path`/${replicatorOf(desired)}/${desired.id}`, {
      accept: [404],
    });
    return answer.status === 404 ? undefined : answer.body;
  },

  diff(desired, observed) {
    const after = withStored(definitionOf(desired), observed);
    const write = documentOver(after, observed);
    if (!observed) {
      const fields = Object.entries(shownReplication(after));
      const changes = fields.map(([key, value]) => ({ path: `/${key}`, before: null, after: value }));
      return creates(changes, write, { created: [replicationClaim(desired)] });
    }
    const before = comparable(observed, after);
    if (sameReplication(before, after)) return holds({ warnings: troubles(desired, observed) });
    const warnings = observed._replication_state === "completed" ? [{ code: "replication-restarts" } as const] : [];
    return updates(replicationChanges(before, after), write, { warnings });
  },

  /**
   * The answer names the document and its revision. CouchDB rewrites replications while it saves them,
   * so the document is read again.
   */
  async apply(write, { couch, desired }) {
    const database = replicatorOf(desired);
    try {
      await couch.write("PUT", path`/${database}/${desired.id}`, { body: write, repeatable: true });
    } catch (thrown) {
      const error = toMigrateError(thrown);
      if (error.data.status !== 404) throw error;
      const message = `replication ${desired.id} can't be written: database \`${database}\` does not exist`;
      const next = `Add an \`ensureDatabase\` step for \`${database}\` before it, then run again.`;
      throw new MigrateError("step-failed", { message, next, data: error.data, cause: error });
    }
  },
});

/** Warns if CouchDB has given up. While CouchDB still retries, the document does not show the failure. */
function troubles(replication: Replication, { _replication_state: state }: StoredReplication): StepWarning[] {
  if (state !== "failed" && state !== "error") return [];
  return [{ code: "replication-failed", id: replication.id, state, database: replicatorOf(replication) }];
}
