/**
 * Everything that must be the same after a rerun as after an undisturbed run: the whole server and the ledger, without
 * times and revisions.
 */
import { type Addressed, type Login, must, request, until } from "../support/request.js";
import { admin, user } from "./set.js";

/** Keyed by object, so that a difference names its location. */
export type State = Readonly<Record<string, unknown>>;

interface Entry {
  readonly kind: string;
  readonly checksum: string;
  readonly former: readonly string[];
  readonly databases: Readonly<Record<string, string>>;
}

interface Change {
  readonly id: string;
  readonly deleted?: boolean;
  readonly changes: readonly { readonly rev: string }[];
}

const own = "couchdb-migrate";
/** For a thousand documents that nothing touches, the revisions are enough. */
const bulk = "drone-";

export async function stateOf(server: Addressed): Promise<State> {
  const all: string[] = await must(server, "GET", "/_all_dbs");
  const databases = all.filter((name) => name !== own).sort();
  const contents = await Promise.all(databases.map((name) => database(server, name)));
  const incarnations = Object.fromEntries(contents.map(({ name, incarnation }) => [name, incarnation]));
  const ledger = await must(server, "GET", `/${own}/_local/couchdb-migrate-default`);
  const config = await must(server, "GET", "/_node/_local/_config");
  return {
    databases,
    ...Object.fromEntries(
      contents.map(({ name, ...others }) => [`database ${name}`, { ...others, incarnation: "any" }]),
    ),
    admins: Object.keys(config.admins).sort(),
    config: [config.cm_matrix, config.cm_matrix_old, config.chttpd_auth?.timeout, config.jwt_keys],
    "admin's login": await login(server, admin),
    "user's login": await login(server, user),
    ledger: entriesOf(ledger.entries, incarnations),
    fingerprint: ledger.fingerprint?.ids,
    "conflicts in the tool's database": await conflicts(server, own),
  };
}

async function database(server: Addressed, name: string) {
  const [info, security, limits, changes] = await Promise.all([
    must(server, "GET", `/${name}`),
    must(server, "GET", `/${name}/_security`),
    readLimits(server, name),
    must(server, "GET", `/${name}/_changes?style=all_docs`),
  ]);
  const told = (changes.results as Change[]).filter(({ id, deleted }) => !deleted && !id.startsWith(bulk));
  const docs = await must(server, "POST", `/${name}/_all_docs?include_docs=true&conflicts=true&attachments=true`, {
    body: { keys: told.map(({ id }) => id).sort() },
  });
  return {
    name,
    incarnation: String(info.instance_start_time),
    shape: [info.cluster, info.props],
    security,
    limits,
    docs: docs.rows.map(({ doc }: { doc: Record<string, unknown> }) => comparable(doc)),
    [`${bulk}…`]: (changes.results as Change[])
      .filter(({ id }) => id.startsWith(bulk))
      .map(({ id, changes }) => [id, ...changes.map(({ rev }) => rev)].join(" "))
      .sort(),
  };
}

function readLimits(server: Addressed, name: string): Promise<unknown[]> {
  const limits = ["_revs_limit", "_purged_infos_limit"];
  return Promise.all(limits.map(async (limit) => (await request(server, "GET", `/${name}/${limit}`)).body));
}

/** Salts and hashes differ from run to run (the login is tried instead), as does what CouchDB itself writes. */
function comparable(doc: Record<string, unknown>): unknown {
  const random = /^(?:_rev|salt|derived_key|owner|_replication_.*|couchdb-migrate)$/;
  return Object.fromEntries(Object.entries(doc).filter(([key]) => !random.test(key)));
}

async function login(server: Addressed, as: Login): Promise<unknown> {
  // For a moment, CouchDB may check a login against a cached user document.
  const { body } = await until(
    () => request(server, "GET", "/_session", { as }),
    ({ status }) => status === 200,
    5,
  ).catch(() => ({ body: undefined }));
  return body?.userCtx ?? "refused";
}

/** A database's incarnation is its time of creation: what matters is that it is the present one. */
function entriesOf(entries: Readonly<Record<string, Entry>>, now: Readonly<Record<string, string>>): unknown {
  return Object.fromEntries(
    Object.entries(entries)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, { kind, checksum, former, databases }]) => {
        const places = Object.entries(databases).map(([name, then]) => [
          name,
          then === now[name] ? "as it is now" : then,
        ]);
        return [id, { kind, checksum, former, databases: Object.fromEntries(places) }];
      }),
  );
}

/** Documents with more than one live revision on any copy. */
async function conflicts(server: Addressed, name: string): Promise<string[]> {
  const { rows } = await must(server, "GET", `/${name}/_all_docs`);
  const found: string[] = [];
  for (const { id } of rows) {
    const leaves: { ok?: { _deleted?: boolean } }[] = await must(
      server,
      "GET",
      `/${name}/${encodeURIComponent(id)}?open_revs=all`,
    );
    if (leaves.filter(({ ok }) => ok && !ok._deleted).length > 1) found.push(id);
  }
  return found;
}

/** The locations where the two differ, with both values. Empty: they are the same. */
export function differences(is: State, expected: State): Record<string, { is: unknown; expected: unknown }> {
  const places = [...new Set([...Object.keys(is), ...Object.keys(expected)])];
  return Object.fromEntries(
    places
      .filter((place) => JSON.stringify(is[place]) !== JSON.stringify(expected[place]))
      .map((place) => [place, { is: is[place], expected: expected[place] }]),
  );
}
