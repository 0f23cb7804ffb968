import type { Connection } from "../contract/connection.js";
import { bug } from "../contract/errors.js";
import type { Context } from "./command.js";

/**
 * Calls `work` with the CouchDB from the settings, or with `--sandbox` with a throwaway server that is stopped
 * afterwards.
 */
export async function withServer<T>(context: Context, work: (connection: Connection) => Promise<T>): Promise<T> {
  const { connection, settings } = context;
  if (!settings.sandbox) {
    if (!connection) throw bug("a command that talks to CouchDB has no connection");
    return work(connection);
  }
  const { openSandbox } = await import("./open-sandbox.js");
  const sandbox = await openSandbox(settings);
  try {
    return await work(sandbox.connection);
  } finally {
    await sandbox.stop();
  }
}
