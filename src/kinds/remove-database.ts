import { type DatabaseInfo, inventoryOf } from "../couch/inventory.js";
import { path } from "../couch/path.js";
import { ownDatabaseProblems } from "../steps/database-field.js";
import { holds, removes } from "../steps/difference.js";
import { defineKind } from "../steps/kind.js";
import { count, size } from "../text/quantity.js";

interface Database {
  readonly name: string;
}

export const removeDatabase = defineKind<Database, Database, DatabaseInfo, Database>({
  name: "removeDatabase",
  summary: "The database does not exist: it is deleted with everything in it.",
  schema: {
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: {
      name: {
        type: "string",
        description: "Name of the database. `_users` and `_replicator` can't be removed, because CouchDB needs them.",
        pattern: "^(?:[a-z][a-z0-9_$()+/-]*|_global_changes)$",
        minLength: 1,
        maxLength: 238,
        examples: ["hydralisks"],
        variables: true,
      },
    },
  },
  example: "removeDatabase:\n  name: hydralisks\n",
  scope: "database",
  nature: { destroys: "always" },
  lifecycle: { removes: ({ name }) => name },

  title: ({ name }) => `database ${name}`,
  databases: ({ name }) => [name],
  claims: ({ name }) => [`database/${name}`],
  check: { spec: ({ name }) => ownDatabaseProblems(name, "name") },

  observe: ({ couch, desired }) => inventoryOf(couch).info(desired.name),

  diff(desired, observed) {
    if (!observed) return holds();
    const { documents, bytes, incarnation } = observed;
    const text = `deletes ${count(documents, "document")} (${size(bytes)})`;
    const changes = [{ path: "/name", before: { name: desired.name, documents, bytes }, after: null, text }];
    // Its documents may become fewer, but a new database of the same name is another one.
    const former = { states: [{ path: "/name", before: { name: desired.name, incarnation } }], documents };
    return removes(changes, desired, { former });
  },

  /** CouchDB answers `{"ok":true}`, which proves nothing, so the database is read again. */
  async apply({ name }, { couch }) {
    // 404: deleted by someone else, or by this very request before its answer was lost.
    await couch.write("DELETE", path`/${name}`, { accept: [404], repeatable: true });
  },
});
