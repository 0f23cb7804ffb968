/** The embedded server, for users of the library and for commands. Its code is only loaded when it is started. */
import { randomUUID } from "node:crypto";
import { MigrateError } from "./contract/errors.js";
import { isMissingModule } from "./missing-module.js";

export interface SandboxOptions {
  /** The address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** The name of its server admin. Default `admin`. */
  readonly username?: string;
  /** The password of its server admin. Default: a random one. */
  readonly password?: string;
}

/** A running embedded server. It is a `Connection`, so you can pass it to `plan`, `apply` and the other functions. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT`, without credentials. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Closes all connections and frees the port. The data is lost. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded server inside this process, in memory, for tests and development.
 *
 * @throws MigrateError `sandbox-missing` if the optional packages `pouchdb-core` and `pouchdb-adapter-memory` are not
 * installed, or the error of `node:net` if it can't listen there (`EADDRINUSE`, for example).
 */
export async function startSandbox({
  username = "admin",
  password = randomUUID(),
  ...where
}: SandboxOptions = {}): Promise<Sandbox> {
  const { url, stop } = await startServer({ ...where, admins: { [username]: password } });
  return { url, username, password, stop };
}

interface ServerOptions extends Pick<SandboxOptions, "host" | "port"> {
  /** Name and password. Without one, everyone is an admin. */
  readonly admins?: Readonly<Record<string, string>>;
  /** Keeps the data in this folder. Absent: the data is lost. */
  readonly folder?: string;
}

/** @internal */
export async function startServer(options: ServerOptions): Promise<Pick<Sandbox, "url" | "stop">> {
  const { startSandbox: start } = await import("../sandbox/index.js").catch((cause: unknown) => {
    if (!isMissingModule(cause)) throw cause;
    const message = "The embedded server is not part of this installation (the container image leaves it out).";
    const next = "Use it on a machine where couchdb-migrate was installed with npm.";
    throw new MigrateError("sandbox-missing", { message, next, cause });
  });
  try {
    const { url, close } = await start({ ...options, adminParty: options.admins === undefined });
    return { url, stop: close };
  } catch (cause) {
    if (cause instanceof Error && cause.name === "DataFolderInUse") {
      const next = "Press r or q there, or name another folder with --data.";
      throw new MigrateError("invalid-settings", {
        message: `another \`couchdb-migrate dev\` runs: ${cause.message}`,
        next,
        cause,
      });
    }
    if (cause instanceof Error && cause.name === "DataFolderDamaged") {
      const next = "Delete the folder to begin with nothing, or name another one with --data.";
      throw new MigrateError("invalid-settings", { message: cause.message, next, cause });
    }
    // The message has the command that installs the optional packages.
    if (!(cause instanceof Error) || !isMissingModule(cause.cause)) throw cause;
    throw new MigrateError("sandbox-missing", { message: cause.message, cause });
  }
}
