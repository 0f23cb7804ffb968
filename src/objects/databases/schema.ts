/** The fields of a database, as a step declares them. */
import { newDatabase } from "../../steps/database-field.js";
import type { Schema } from "../../steps/schema.js";

const limit = (description: string, example: number): Schema => ({
  type: "integer",
  description,
  minimum: 1,
  examples: [example],
  variables: true,
});

export const databaseSchema: Schema = {
  type: "object",
  required: ["name"],
  additionalProperties: false,
  properties: {
    name: newDatabase,
    partitioned: {
      type: "boolean",
      description:
        "Whether document ids begin with a partition (`partition:id`). Fixed at creation. Needs CouchDB 3.0.",
      default: false,
      variables: true,
    },
    q: {
      type: "integer",
      description: "Number of shards. Fixed at creation, except with `reshard`; default: the server's `[cluster] q`.",
      minimum: 1,
      examples: [2],
      variables: true,
    },
    n: {
      type: "integer",
      description:
        "Number of copies of each document. Fixed at creation; default: the server's `[cluster] n`. CouchDB makes at most as many copies as it has nodes; a larger number gives a warning.",
      minimum: 1,
      examples: [3],
      variables: true,
    },
    reshard: {
      type: "boolean",
      description:
        "Splits the shards of an existing database until there are `q`, while the database is in use. `q` must be the current number, or that number doubled one or more times. A split can't be undone. While a shard is split, it needs twice its disk space. Needs CouchDB 3.0.",
      default: false,
      variables: true,
    },
    revsLimit: limit(
      "How many revisions CouchDB remembers of each document (`_revs_limit`), also in an existing database. A lower number saves disk space; the history of a document becomes shorter with its next change. Absent: the limit is not changed (CouchDB's default is 1000).",
      50,
    ),
    purgedInfosLimit: limit(
      "How many purges CouchDB remembers in each shard (`_purged_infos_limit`), also in an existing database. Absent: the limit is not changed (CouchDB's default is 1000). Needs CouchDB 2.3.",
      100,
    ),
  },
};
