/**
 * Throwaway CouchDB nodes, started from an installed CouchDB (`COUCHDB_HOME`) that is itself not changed: every
 * node has its own folder for data and configuration. A node ends with `close()`, or with the process that started
 * it, however that ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Login } from "./request.js";
import { until } from "./request.js";
import { makeFolder, removeFolder } from "./temp.js";

export type Ini = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

export interface NodeOptions {
  /** Names and passwords, or hashes as CouchDB writes them. The first one is `admin`. Default: admin, secret. */
  readonly admins?: Readonly<Record<string, string>>;
  /** Configuration, over the defaults of a throwaway node. */
  readonly ini?: Ini;
  /** By default, the node has its system databases from the start. */
  readonly clustered?: boolean;
  readonly cookie?: string;
}

/** One throwaway node. */
export interface CouchNode {
  readonly url: string;
  readonly admin: Login;
  readonly port: number;
  /** As in `_membership`. */
  readonly name: string;
  /** The file that CouchDB writes configuration changes into. */
  readonly iniFile: string;
  /** Shuts it down; its data stay. */
  stop(): Promise<void>;
  /** SIGKILL; its data stay. */
  kill(): Promise<void>;
  /** Starts a stopped or killed node again, at the same address. */
  start(): Promise<void>;
  /** SIGSTOP: it hangs, its connections stay open. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Its log. */
  log(): Promise<string>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

/** Where CouchDB is installed, if it is. */
export const couchHome = process.env.COUCHDB_HOME ?? "/opt/couchdb";

/** Whether throwaway nodes can be started here. */
export const canStartNodes = existsSync(join(couchHome, "bin", "couchdb"));

const host = "127.0.0.1";
let started = 0;

// A test worker outlives a killed vitest, and would keep its nodes running.
process.once("disconnect", () => process.exit(1));

export async function startCouchDB(options: NodeOptions = {}): Promise<CouchNode> {
  if (!canStartNodes) throw new Error(`no CouchDB at ${couchHome}; give COUCHDB_HOME`);
  const folder = await makeFolder();
  const shortName = `cm${process.pid}n${++started}`;
  const admins = options.admins ?? { admin: "secret" };
  const iniFile = join(folder, "local.ini");
  await mkdir(join(folder, "data"));
  await writeFile(join(folder, "vm.args"), await vmArgs(shortName, options.cookie ?? "couchdb-migrate-test"));

  const running = new Running(folder, options.clustered ?? false);
  const settings = (port: number) =>
    iniText(merged(defaults(folder, port, options.clustered ?? false), options.ini), admins);
  await writeFile(iniFile, settings(0));
  const port = await running.start();
  // Port 0 gives a free port; from now on it is this one, even after a restart.
  await writeFile(iniFile, (await onceHashed(iniFile, Object.keys(admins))).replace(/^port = 0$/m, `port = ${port}`));

  const [name = "admin", password = "secret"] = Object.entries(admins)[0] ?? [];
  return {
    url: `http://${host}:${port}`,
    admin: { name, password },
    port,
    name: `${shortName}@${host}`,
    iniFile,
    stop: () => running.end("SIGTERM"),
    kill: () => running.end("SIGKILL"),
    start: async () => void (await running.start()),
    pause: () => running.signal("SIGSTOP"),
    resume: () => running.signal("SIGCONT"),
    log: () => readFile(join(folder, "couch.log"), "utf8"),
    close: async () => {
      await running.end("SIGKILL");
      await removeFolder(folder);
    },
  };
}

/** The text of the file after CouchDB has replaced the passwords in it, which must not be overwritten. */
function onceHashed(iniFile: string, admins: readonly string[]): Promise<string> {
  const hashed = (text: string) =>
    admins.every((name) =>
      text.split("\n").some((line) => line.startsWith(`${name} = -`) || line.startsWith(`${name}=-`)),
    );
  return until(() => readFile(iniFile, "utf8"), hashed);
}

/** The process of a node, and the guard that ends it when this process is gone. */
class Running {
  private child: ChildProcess | undefined;
  private guard: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly clustered: boolean,
  ) {}

  /** Returns the port, once the node is up and has its initial system databases. */
  async start(): Promise<number> {
    const { folder } = this;
    const uriFile = join(folder, "uri");
    await rm(uriFile, { force: true });
    const child = spawn(
      "sh",
      ["-c", 'exec "$0" >>"$1" 2>&1', join(couchHome, "bin", "couchdb"), join(folder, "couch.log")],
      {
        detached: true,
        stdio: "ignore",
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          ERL_EPMD_ADDRESS: host,
          COUCHDB_ARGS_FILE: join(folder, "vm.args"),
          COUCHDB_INI_FILES: [
            join(couchHome, "etc/default.ini"),
            join(couchHome, "etc/default.d"),
            join(folder, "local.ini"),
          ].join(" "),
        },
      },
    );
    child.unref();
    this.child = child;
    this.ended = new Promise((resolve) => child.once("exit", () => resolve()));
    this.guard = guardOf(child, folder);

    const port = await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`CouchDB ended while it started:\n${await tail(folder)}`);
        return portIn(uriFile);
      },
      (port) => port !== undefined,
    );
    await answered(port, "/_up", (status) => status === 200);
    // A single node creates them after it reports that it is up. Without a login, an existing one answers 401.
    if (!this.clustered)
      for (const system of ["/_users", "/_replicator"]) await answered(port, system, (status) => status === 401);
    return port as number;
  }

  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.guard?.kill("SIGKILL");
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.signal("SIGCONT");
    this.signal(signal);
    const timer = setTimeout(() => this.signal("SIGKILL"), 15_000);
    await this.ended;
    clearTimeout(timer);
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }
}

/** Its input ends with this process: interrupted, killed or done. Then it removes the node and its folder. */
function guardOf(child: ChildProcess, folder: string): ChildProcess {
  const guard = spawn("sh", ["-c", 'cat; kill -KILL "$0"; sleep 1; rm -rf "$1"', String(child.pid), folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  return guard;
}

async function vmArgs(shortName: string, cookie: string): Promise<string> {
  const shipped = await readFile(join(couchHome, "etc", "vm.args"), "utf8");
  const own = shipped.replace(/^-name .*$/m, `-name ${shortName}@${host}`).replace(/^-setcookie .*$/m, "");
  // Several nodes share the processors with the tests: none of them may busy-wait.
  return `${own}\n-setcookie ${cookie}\n+sbwt none\n+sbwtdcpu none\n+sbwtdio none\n`;
}

function defaults(folder: string, port: number, clustered: boolean): Ini {
  const data = join(folder, "data");
  return {
    couchdb: {
      ...(clustered ? {} : { single_node: true }),
      database_dir: data,
      view_index_dir: data,
      uri_file: join(folder, "uri"),
    },
    smoosh: { state_dir: data },
    // "127.1" is 127.0.0.1 to the socket, but not the text by which `_cluster_setup` recognises a node that is not set
    // up.
    chttpd: { port, bind_address: clustered ? "127.1" : host },
    log: { level: "warning" },
    // An index is committed after a second, not five. Cluster nodes use CouchDB's default.
    ...(clustered ? {} : { query_server_config: { commit_freq: 1 } }),
  };
}

function merged(below: Ini, above: Ini = {}): Ini {
  const sections = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries([...sections].map((section) => [section, { ...below[section], ...above[section] }]));
}

function iniText(ini: Ini, admins: Readonly<Record<string, string>>): string {
  return Object.entries({ ...ini, admins })
    .flatMap(([section, entries]) => [
      `[${section}]`,
      ...Object.entries(entries).map(([key, value]) => `${key} = ${value}`),
    ])
    .join("\n")
    .concat("\n");
}

async function portIn(uriFile: string): Promise<number | undefined> {
  const text = existsSync(uriFile) ? await readFile(uriFile, "utf8") : "";
  const port = /:(\d+)\/?\s/.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
}

function answered(port: number | undefined, path: string, done: (status: number | undefined) => boolean) {
  return until(() => statusOf(port, path), done);
}

async function statusOf(port: number | undefined, path: string): Promise<number | undefined> {
  try {
    return (await fetch(`http://${host}:${port}${path}`, { signal: AbortSignal.timeout(5_000) })).status;
  } catch {
    return undefined;
  }
}

async function tail(folder: string): Promise<string> {
  const text = await readFile(join(folder, "couch.log"), "utf8").catch(() => "");
  return text.split("\n").slice(-20).join("\n");
}
