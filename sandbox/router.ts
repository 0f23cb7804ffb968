/** Finds the endpoint of a request. */

import { attachmentEndpoint } from "./endpoints/attachments.js";
import { bulkDocs, bulkGet, missingRevs, revsDiff } from "./endpoints/bulk.js";
import { changes } from "./endpoints/changes.js";
import { configEndpoint, nodeEndpoint } from "./endpoints/config.js";
import {
  compact,
  database,
  ensureFullCommit,
  purgedInfosLimit,
  revsLimit,
  security,
  shards,
  viewCleanup,
} from "./endpoints/database.js";
import { allDbs, dbsInfo } from "./endpoints/databases.js";
import { designEndpoint } from "./endpoints/design.js";
import { copyDocument, type DocumentContext, deleteDocument, getDocument, putDocument } from "./endpoints/documents.js";
import { type Context, type DatabaseContext, type Endpoint, endpoint } from "./endpoints/endpoint.js";
import { allDocs, designDocs, localDocs } from "./endpoints/listings.js";
import { explain, findDocuments, indexEndpoint } from "./endpoints/mango.js";
import { partitionEndpoint } from "./endpoints/partition.js";
import { activeTasks, clusterSetup, membership, scheduler, up, uuids, welcome } from "./endpoints/server.js";
import { session } from "./endpoints/session.js";
import { badRequest, CouchError, notFound, notImplemented, type Reply } from "./reply.js";
import { illegalDatabaseName } from "./storage/names.js";

/** Endpoints by the first segment of the path. */
const everywhere = new Map<string, Endpoint<Context>>(
  Object.entries({
    _session: session,
    _all_dbs: allDbs,
    _active_tasks: activeTasks,
    _uuids: uuids,
  }),
);

const clustered = new Map<string, Endpoint<Context>>(
  Object.entries({
    _up: up,
    _dbs_info: dbsInfo,
    _membership: membership,
    _node: nodeEndpoint,
    _scheduler: scheduler,
    _cluster_setup: clusterSetup,
  }),
);

/** Endpoints by the second segment. */
const ofDatabase = new Map<string, Endpoint<DatabaseContext>>(
  Object.entries({
    _security: security,
    _revs_limit: revsLimit,
    _purged_infos_limit: purgedInfosLimit,
    _compact: compact,
    _view_cleanup: viewCleanup,
    _ensure_full_commit: ensureFullCommit,
    _shards: shards,
    _bulk_docs: bulkDocs,
    _bulk_get: bulkGet,
    _revs_diff: revsDiff,
    _missing_revs: missingRevs,
    _all_docs: allDocs,
    _design_docs: designDocs,
    _local_docs: localDocs,
    _changes: changes,
    _find: findDocuments,
    _explain: explain,
    _index: indexEndpoint,
    _partition: (context) => partitionEndpoint(context, routeInDatabase),
    _purge: async () => {
      throw notImplemented();
    },
    _temp_view: async () => {
      throw new CouchError(410, "gone", "Temporary views are not supported in CouchDB");
    },
  }),
);

/** Endpoints that have paths below them. */
const deep = new Set(["_all_docs", "_design_docs", "_local_docs", "_compact", "_index", "_partition"]);

/** @throws CouchError */
export async function route(context: Context): Promise<Reply> {
  const { node, request } = context;
  const [first, ...rest] = request.path;
  if (first === undefined) return welcome(context);
  const common = everywhere.get(first) ?? (node.profile.clustered ? clustered.get(first) : undefined);
  if (common) return common(context);
  if (!node.profile.nodeConfig && first === "_config") return configEndpoint(context, rest);
  const isUnknown = first.startsWith("_") && !node.databases.find(first);
  if (isUnknown && !node.profile.clustered) throw illegalDatabaseName(first);
  if (rest.length === 0) return database(context);
  return routeInDatabase({ ...context, database: node.databases.get(first) });
}

async function routeInDatabase(context: DatabaseContext): Promise<Reply> {
  const [, second = "", third, ...rest] = context.request.path;
  const known = ofDatabase.get(second);
  if (known && third !== undefined && !deep.has(second)) throw notFound();
  if (known) return known(context);
  if (second === "_local" || second === "_local/") return routeLocal(context, third, rest);
  if (second === "_design" && third !== undefined) {
    if (rest[0]?.startsWith("_")) return designEndpoint(context, third, rest);
    return routeDocument({ ...context, id: `_design/${third}` }, rest);
  }
  if (second.startsWith("_design/") && context.request.method === "GET") return redirectToDesign(context);
  return routeDocument({ ...context, id: second }, third === undefined ? [] : [third, ...rest]);
}

async function routeLocal(context: DatabaseContext, name: string | undefined, rest: readonly string[]): Promise<Reply> {
  if (name === undefined) throw badRequest("Invalid _local document id.");
  if (rest.length > 0) throw badRequest("_local documents do not accept attachments.");
  return document({ ...context, id: `_local/${name}` });
}

const document = endpoint<DocumentContext>("DELETE,GET,HEAD,POST,PUT,COPY", {
  GET: getDocument,
  PUT: putDocument,
  DELETE: deleteDocument,
  COPY: copyDocument,
  POST: () => {
    throw badRequest("Referer header required.");
  },
});

async function routeDocument(context: DocumentContext, attachment: readonly string[]): Promise<Reply> {
  return attachment.length === 0 ? document(context) : attachmentEndpoint(context, attachment.join("/"));
}

/** `_design%2Fname` redirects to `_design/name`. */
function redirectToDesign({ request }: DatabaseContext): Reply {
  const target = `${request.rawPath.replace(/_design%2F/i, "_design/")}`;
  return { status: 301, headers: { Location: `http://${request.headers.host ?? "localhost"}${target}` } };
}
