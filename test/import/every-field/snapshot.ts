/** Everything on a server that a step could change, revisions included. */
import { type Addressed, must, request } from "../../support/request.js";

/** CouchDB itself writes them, some time after it has started. */
const itsOwn: ReadonlySet<string> = new Set(["_design/_auth", "_design/_replicator"]);

/** Of the tool, and of CouchDB, which lists in it what has changed. */
const tools: ReadonlySet<string> = new Set(["couchdb-migrate", "_global_changes"]);

export async function snapshot(server: Addressed): Promise<unknown> {
  const names: readonly string[] = await must(server, "GET", "/_all_dbs");
  const others = names.filter((name) => !tools.has(name));
  const databases = await Promise.all(others.map(async (name) => [name, await database(server, name)] as const));
  return {
    databases: Object.fromEntries(databases),
    configuration: await must(server, "GET", "/_node/_local/_config"),
  };
}

async function database(server: Addressed, name: string) {
  const ask = async (part: string) => (await request(server, "GET", `/${encodeURIComponent(name)}${part}`)).body;
  const { cluster, props, doc_del_count: deleted } = await ask("");
  const { rows } = await ask("/_all_docs?include_docs=true&conflicts=true");
  const others = ["/_local_docs", "/_security", "/_revs_limit", "/_purged_infos_limit"];
  return {
    cluster,
    props,
    deleted,
    documents: rows.filter(({ id }: { id: string }) => !itsOwn.has(id)),
    others: await Promise.all(others.map(ask)),
  };
}

/** What two servers with the same files have in common: databases, names of documents, and who may do what. */
export async function outline(server: Addressed): Promise<Readonly<Record<string, unknown>>> {
  const names: readonly string[] = await must(server, "GET", "/_all_dbs");
  const found = names
    .filter((name) => !tools.has(name))
    .map(async (name) => {
      const { cluster, props, documents, others } = await database(server, name);
      const ids = documents.map(({ id }: { id: string }) => id);
      return [name, { cluster, props, ids, security: withEmptyLists(others[1]) }] as const;
    });
  return Object.fromEntries(await Promise.all(found));
}

function withEmptyLists({ admins, members, ...more }: Readonly<Record<string, object>>) {
  const none = { names: [], roles: [] };
  return { ...more, admins: { ...none, ...admins }, members: { ...none, ...members } };
}
