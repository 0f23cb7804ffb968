import type { Connection } from "../couch/connection.js";
import { MigrateError } from "../errors.js";
import type { Settings } from "../settings/table.js";

export interface OpenSandbox {
  readonly connection: Connection;
  stop(): Promise<void>;
}

/** Starts the embedded server with the admin of the settings; without one it is in admin party. */
export async function openSandbox({ username, password }: Settings, port: number): Promise<OpenSandbox> {
  const named = username !== undefined && password !== undefined;
  const { startSandbox } = await load();
  const server = await startSandbox({ port, admins: named ? { [username]: password } : {} });
  const url = server.url.replace(/\/$/, "");
  return { connection: named ? { url, username, password } : { url }, stop: () => server.close() };
}

/** Its packages are optional. */
async function load(): Promise<typeof import("../sandbox/index.js")> {
  try {
    return await import("../sandbox/index.js");
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    if (!missing) throw error;
    throw new MigrateError("sandbox-missing", {
      message: "the packages of the embedded server are not installed",
      next: "npm install pouchdb-core@9.0.0 pouchdb-adapter-memory@9.0.0 pouchdb-mapreduce@9.0.0 pouchdb-find@9.0.0",
      cause: error,
    });
  }
}
