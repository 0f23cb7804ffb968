/** The fields of a `_replicator` document, as CouchDB's documentation has them. */
import type { Schema } from "../schema.js";

const text = (description: string, example?: unknown): Schema => ({
  type: "string",
  minLength: 1,
  description,
  ...(example === undefined ? {} : { examples: [example] }),
  variables: true,
});

const flag = (description: string, byDefault?: boolean): Schema => ({
  type: "boolean",
  description,
  ...(byDefault === undefined ? {} : { default: byDefault }),
  variables: true,
});

const count = (description: string, minimum = 1): Schema => ({
  type: "integer",
  minimum,
  description,
  variables: true,
});

const endpoint = (what: string): Schema => ({
  description: `${what}: the URL of a database as CouchDB itself reaches it, or an object with it and with credentials. CouchDB 3 takes no bare names.`,
  examples: ["http://127.0.0.1:5984/zerglings"],
  anyOf: [
    { type: "string", minLength: 1, variables: true },
    {
      type: "object",
      required: ["url"],
      additionalProperties: false,
      properties: {
        url: text("URL of the database.", "http://127.0.0.1:5984/zerglings"),
        headers: {
          type: "object",
          description: "HTTP headers that are sent with each request, `Authorization` for example.",
          additionalProperties: { type: "string", secret: true, variables: true },
        },
        auth: {
          type: "object",
          description: "What CouchDB logs in with there (from 3.2 on).",
          required: ["basic"],
          additionalProperties: false,
          properties: {
            basic: {
              type: "object",
              description: "Name and password.",
              required: ["username", "password"],
              additionalProperties: false,
              properties: {
                username: text("Name of the user.", "overmind"),
                password: { type: "string", description: "Password of the user.", secret: true, variables: true },
              },
            },
          },
        },
      },
    },
  ],
});

export const replicationSchema: Schema = {
  type: "object",
  required: ["id", "source", "target"],
  additionalProperties: false,
  properties: {
    id: text("Id of the document in `_replicator`.", "zerglings-to-char"),
    source: endpoint("What is replicated"),
    target: endpoint("What it is replicated to"),
    continuous: flag("Goes on as long as the document is there; otherwise it ends once the target has all.", false),
    create_target: flag("Makes the target's database where it does not exist.", false),
    create_target_params: {
      type: "object",
      description: "Parameters of that database: `q`, `n`, `partitioned`.",
      additionalProperties: { type: ["string", "integer", "boolean"], variables: true },
      examples: [{ q: 2 }],
    },
    doc_ids: {
      type: "array",
      description: "Only the documents with these ids.",
      items: { type: "string", minLength: 1 },
      examples: [["overmind"]],
    },
    selector: {
      type: "object",
      description: "Only the documents that match this Mango selector.",
      examples: [{ type: "cerebrate" }],
    },
    filter: text("Only the documents that this filter function lets through: `designdoc/name`.", "broods/alive"),
    query_params: {
      type: "object",
      description: "Parameters of the filter function. Text under a name such as `apikey` or `token` is secret.",
      secretNames: true,
      additionalProperties: { variables: true },
      examples: [{ brood: "tiamat" }],
    },
    since_seq: {
      type: ["string", "integer"],
      description: "The source's update sequence to begin with.",
      variables: true,
    },
    winning_revs_only: flag("Leaves out conflicting revisions (from 3.3 on).", false),
    use_checkpoints: flag("Writes down how far it is, at source and target.", true),
    checkpoint_interval: count("Milliseconds between checkpoints. Default: the server's."),
    use_bulk_get: flag("Reads with `_bulk_get` where the source has it (from 3.3 on). Default: the server's."),
    source_proxy: text("URL of the proxy on the way to the source.", "http://proxy.example:8888"),
    target_proxy: text("URL of the proxy on the way to the target."),
    proxy: text("URL of the proxy on the way to both."),
    http_connections: count("Connections at most. Default: the server's."),
    connection_timeout: count("Milliseconds that a connection may be idle. Default: the server's."),
    retries_per_request: count("How often a failed request is repeated. Default: the server's.", 0),
    socket_options: text(
      "Options of Erlang's sockets. Default: the server's.",
      "[{keepalive, true}, {nodelay, false}]",
    ),
    worker_processes: count("Processes that copy side by side. Default: the server's."),
    worker_batch_size: count("How many documents each of them takes at once. Default: the server's."),
  },
};
