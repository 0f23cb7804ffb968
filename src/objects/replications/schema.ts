/** The fields of a `_replicator` document, according to CouchDB's documentation. */
import type { Schema } from "../../steps/schema.js";
import { replicatorDatabase } from "./replicator-database.js";

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

const pluginLogin = (description: string): Schema => ({
  type: "object",
  description,
  additionalProperties: { type: "string", secret: true, variables: true },
  examples: [{ api_key: "${API_KEY}" }],
});

const endpoint = (what: string): Schema => ({
  description: `${what}: the URL of a database as CouchDB itself reaches it, or an object with the URL and credentials. CouchDB 3 does not accept bare names.`,
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
          description: "HTTP headers to send with each request, for example `Authorization`.",
          additionalProperties: { type: "string", secret: true, variables: true },
        },
        auth: {
          type: "object",
          description:
            "What CouchDB logs in with (3.2 and newer): `basic`, or what a plugin of `[replicator] auth_plugins` reads.",
          minProperties: 1,
          additionalProperties: pluginLogin("Login for this plugin."),
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
            iam: pluginLogin("Login for IBM Cloudant."),
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
    id: text("Id of the document in `database`.", "zerglings-to-char"),
    database: replicatorDatabase,
    source: endpoint("What to replicate"),
    target: endpoint("Where to replicate it"),
    user_ctx: {
      type: "object",
      description:
        "The user that the replication belongs to. Before 3.3, CouchDB requires it of users who are not server admins. Absent: it is not changed.",
      additionalProperties: false,
      properties: {
        name: { ...text("Name of the user.", "kerrigan"), type: ["string", "null"] },
        roles: {
          type: "array",
          description: "Roles of the user.",
          items: { type: "string", minLength: 1, variables: true },
          examples: [["zerg"]],
        },
      },
    },
    continuous: flag(
      "Continues as long as the document exists; otherwise, it ends once the target has everything.",
      false,
    ),
    create_target: flag("Creates the target database if it does not exist.", false),
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
    filter: text("Only the documents that pass this filter function: `designdoc/name`.", "broods/alive"),
    query_params: {
      type: "object",
      description: "Parameters of the filter function. Text under a name such as `apikey` or `token` is secret.",
      secretNames: true,
      additionalProperties: { variables: true },
      examples: [{ brood: "tiamat" }],
    },
    since_seq: {
      type: ["string", "integer"],
      description: "The source's update sequence to start from.",
      variables: true,
    },
    winning_revs_only: flag("Leaves out conflicting revisions (3.3 and newer).", false),
    use_checkpoints: flag("Records its progress at source and target.", true),
    checkpoint_interval: count("Milliseconds between checkpoints. Default: the server's."),
    use_bulk_get: flag("Reads with `_bulk_get` if the source has it (3.3 and newer). Default: the server's."),
    source_proxy: text("URL of the proxy for the source.", "http://proxy.example:8888"),
    target_proxy: text("URL of the proxy for the target."),
    proxy: text("URL of the proxy for both."),
    http_connections: count("Maximum number of connections. Default: the server's."),
    connection_timeout: count("Milliseconds that a connection may be idle. Default: the server's."),
    retries_per_request: count("How often to repeat a failed request. Default: the server's.", 0),
    socket_options: text(
      "Options of Erlang's sockets. Default: the server's.",
      "[{keepalive, true}, {nodelay, false}]",
    ),
    ibrowse_options: text(
      "Options of CouchDB's HTTP client (3.3.3 and newer). Default: the server's.",
      "[{prefer_ipv6, true}]",
    ),
    worker_processes: count("Number of processes that copy at the same time. Default: the server's."),
    worker_batch_size: count("How many documents each process takes at once. Default: the server's."),
  },
};
