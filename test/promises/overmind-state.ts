/** The main job, migrations/001-overmind.yaml: who logs in, and the state of the server and the ledger afterwards. */
import { type Addressed, type Login, must, request } from "../support/request.js";

export const overmind: Login = { name: "overmind", password: "spawn-more-0verlords" };

export const ids = ["overmind-admin", "zerglings", "zerglings-security", "zerglings-views"];

/** Everything that must be the same after a rerun as after an undisturbed run, without times and revisions. */
export interface OvermindState {
  readonly databases: readonly string[];
  readonly security: unknown;
  readonly designDocs: unknown;
  /** The roles that the declared name and password log in with. */
  readonly roles: unknown;
  readonly ledger: Readonly<Record<string, RecordedStep>>;
}

interface RecordedStep {
  readonly kind: string;
  readonly checksum: string;
  readonly former: readonly string[];
  readonly databases: Readonly<Record<string, string>>;
}

/** @param on with an admin that is not under test, or with `overmind` itself */
export async function overmindState(on: Addressed): Promise<OvermindState> {
  const all: string[] = await must(on, "GET", "/_all_dbs");
  const info = await must(on, "GET", "/zerglings");
  const { rows } = await must(
    on,
    "GET",
    '/zerglings/_all_docs?start_key="_design/"&end_key="_design0"&include_docs=true',
  );
  const session = await request(on, "GET", "/_session", { as: overmind });
  const ledger = await must(on, "GET", "/couchdb-migrate/_local/couchdb-migrate-default");
  return {
    databases: all.filter((name) => !name.startsWith("_")).sort(),
    security: await must(on, "GET", "/zerglings/_security"),
    designDocs: rows.map(({ doc }: { doc: Record<string, unknown> }) => ({ ...doc, _rev: "any" })),
    roles: session.body?.userCtx?.roles,
    ledger: Object.fromEntries(
      Object.entries<RecordedStep>(ledger.entries).map(([id, { kind, checksum, former, databases }]) => [
        id,
        { kind, checksum, former, databases: incarnations(databases, info.instance_start_time) },
      ]),
    ),
  };
}

/** The holder of the lease. A killed runner holds it until another one has something to do. */
export async function leaseHolder(on: Addressed): Promise<unknown> {
  return (await must(on, "GET", "/couchdb-migrate/lease-default")).holder;
}

/** A database's incarnation is its time of creation: what matters is that it is the present one. */
function incarnations(recorded: Readonly<Record<string, string>>, now: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(recorded).map(([name, then]) => [name, then === now ? "as it is now" : then]),
  );
}
