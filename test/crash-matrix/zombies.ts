/**
 * A runner that has lost its lease but is still alive: it is cut off, or stopped, at one of its writes; another with
 * the next version of the files takes over and finishes; then the first one continues. What it writes from then on,
 * until it has taken the lease again, is written without the lease.
 */
import { apply, type Migrations } from "../../src/index.js";
import type { Bench } from "../promises/benches.js";
import type { Point } from "../promises/points.js";
import { startCli } from "../support/cli.js";
import type { Fault, Recorded } from "../support/proxy.js";
import { type Addressed, must } from "../support/request.js";
import { env } from "./set.js";

/**
 * `cut before`, `cut after`: the network breaks before the server saw the write, or before its answer. `stopped`: the
 * process, while the server answers. `held`: the write itself stays on its way, and arrives last: nobody can
 * call it back, so its effect is reported, but is not a divergence.
 */
export const zombies = ["zombie cut before", "zombie cut after", "zombie stopped", "zombie held"] as const;
export type Zombie = (typeof zombies)[number];

/**
 * Cluster, ledger database and history are written without the lease, and those that take or release it are its own.
 */
const withoutLease = /\/_global_changes|\/couchdb-migrate\?|\/history-default|the lease$/;

export function isUnderLease({ name }: Point): boolean {
  return !withoutLease.test(name);
}

export interface ZombieOutcome {
  readonly reached: boolean;
  /** What the first runner wrote without the lease, and what that changed; empty: nothing. */
  readonly diverged: object;
  /** What became of a write that was on its way. */
  readonly told?: object;
}

export interface ZombieSets {
  readonly first: Migrations;
  /** The folder of the first runner's files. */
  readonly folder: string;
  readonly next: Migrations;
}

export async function zombieOutcome(
  bench: Bench,
  { first, folder, next }: ZombieSets,
  point: Point,
  how: Zombie,
  leaseTtl: number,
): Promise<ZombieOutcome> {
  const { server, proxy } = bench;
  const { name: username, password } = server.admin;
  const reached = signal();
  const over = signal();
  const end = new AbortController();
  let cut = false;
  let resumedAt: number | undefined;
  let writtenLate: readonly Recorded[] = [];
  let after: Promise<Seen> | undefined;
  let child: ReturnType<typeof startCli> | undefined;

  const afterResume = () => (resumedAt === undefined ? [] : proxy.requests.slice(resumedAt));
  /** It has the lease again: whatever it does from now on is legitimate. */
  const hasTakenAgain = () => afterResume().some((request) => isLease(request) && request.status === 201);
  const note = () => {
    after ??= seen(server).then((state) => {
      writtenLate = afterResume().filter(isWithoutLease);
      return state;
    });
    return after;
  };
  const finish = async () => {
    await note();
    end.abort();
    child?.child.kill("SIGKILL");
  };
  const begin = () => {
    cut = how !== "zombie stopped";
    reached.fire();
  };
  /** The runner learns nothing until the network is back, and then only that the connection is gone. */
  const silent = async () => {
    begin();
    await over.fired;
  };
  const broken: Record<Zombie, Fault> = {
    "zombie cut before": { before: silent },
    "zombie cut after": { after: silent },
    "zombie stopped": {
      during: () => {
        child?.child.kill("SIGSTOP");
        begin();
      },
    },
    "zombie held": { during: silent },
  };
  proxy.faultWhen(point.matcher(), broken[how]);
  proxy.faultWhen(() => cut, { before: () => over.fired }, Number.POSITIVE_INFINITY);
  proxy.faultWhen(hasTakenAgain, { during: finish }, Number.POSITIVE_INFINITY);

  const work = async () => {
    // Longer than everything the other runner does: only the lease ends the requests of this one.
    const connection = { url: proxy.url, username, password, requestTimeout: 300_000 };
    if (how !== "zombie stopped") {
      await apply(first, { connection, wait: 20_000, leaseTtl, signal: end.signal }).catch(() => {});
      return;
    }
    const address = { COUCHDB_URL: proxy.url, COUCHDB_USERNAME: username, COUCHDB_PASSWORD: password };
    const args = ["apply", folder, "--lease-ttl", `${leaseTtl}ms`, "--wait", "20s", "--request-timeout", "5m"];
    child = startCli(args, { env: { ...env, ...address } });
    await child.result;
  };
  const ended = work();
  await Promise.race([reached.fired, ended]);
  if (!reached.done) return { reached: false, diverged: {} };

  const connection = { url: server.url, username, password };
  const { failures } = await apply(next, { connection, wait: 20_000, leaseTtl }).catch((error: Error) => ({
    failures: [String(error)],
  }));
  const before = await seen(server);
  const held = proxy.requests.length;
  resumedAt = held;
  cut = false;
  over.fire();
  child?.child.kill("SIGCONT");
  await ended;
  const now = await note();
  const changed = differing(before, now);
  const wrote = writtenLate.map(({ method, path, status }) => `${method} ${path}: ${status}`);
  const diverged = {
    ...(failures.length > 0 ? { "the next version failed": failures } : {}),
    ...(wrote.length > 0 ? { "written without the lease": wrote } : {}),
    ...(how !== "zombie held" && Object.keys(changed).length > 0 ? { changed } : {}),
  };
  if (how !== "zombie held") return { reached: true, diverged };
  return { reached: true, diverged, told: { changed } };
}

/**
 * A write that is neither for the lease nor for the history. By then, the runner's own database is used by the other
 * one.
 */
function isWithoutLease(request: Recorded): boolean {
  return (
    request.writes && request.status !== undefined && !isLease(request) && !/\/history-default$/.test(request.path)
  );
}

function isLease({ method, path }: Recorded): boolean {
  return method === "PUT" && path.endsWith("/lease-default");
}

/** The tool's own databases, and what CouchDB itself writes. */
const unstable = ["couchdb-migrate", "_replicator", "_global_changes"];

type Seen = Readonly<Record<string, unknown>>;

/** Everything on the server except what CouchDB itself keeps writing, including the revisions. */
async function seen(server: Addressed): Promise<Seen> {
  const databases: string[] = await must(server, "GET", "/_all_dbs");
  const all = databases.filter((name) => !unstable.includes(name));
  const contents = await Promise.all(
    all.map(async (name) => {
      const [info, security, limit, changes] = await Promise.all([
        must(server, "GET", `/${name}`),
        must(server, "GET", `/${name}/_security`),
        must(server, "GET", `/${name}/_revs_limit`),
        must(server, "GET", `/${name}/_changes?style=all_docs`),
      ]);
      const leaves = (changes.results as { id: string; changes: { rev: string }[] }[])
        .map(({ id, changes }) => [id, ...changes.map(({ rev }) => rev).sort()].join(" "))
        .sort();
      return [`database ${name}`, [info.instance_start_time, security, limit, leaves]] as const;
    }),
  );
  const config = await must(server, "GET", "/_node/_local/_config");
  const { rows } = await must(server, "GET", "/_replicator/_all_docs?include_docs=true");
  const replications = rows.map(({ doc }: { doc: Record<string, unknown> }) => [doc._id, doc.source, doc.target]);
  const ledger = await must(server, "GET", "/couchdb-migrate/_local/couchdb-migrate-default");
  return {
    ...Object.fromEntries(contents),
    admins: config.admins,
    config: [config.cm_matrix, config.cm_matrix_old, config.chttpd_auth?.timeout],
    replications,
    ledger,
  };
}

function differing(one: Seen, other: Seen): Record<string, unknown> {
  const places = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const differ = places.filter((place) => JSON.stringify(one[place]) !== JSON.stringify(other[place]));
  return Object.fromEntries(differ.map((place) => [place, { before: one[place], after: other[place] }]));
}

function signal(): { readonly fired: Promise<void>; readonly done: boolean; fire(): void } {
  let fire = () => {};
  let done = false;
  const fired = new Promise<void>((resolve) => {
    fire = () => {
      done = true;
      resolve();
    };
  });
  return {
    fired,
    fire: () => fire(),
    get done() {
      return done;
    },
  };
}
