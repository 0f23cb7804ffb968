/** The server that the tests run on: an embedded one, or a real CouchDB. */
import type { Connection } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";
import { isAdmin, readSession } from "../couch/session.js";
import { whenReached, withRun } from "../engine/session.js";
import { startSandbox } from "../start-sandbox.js";
import type { Server } from "./context.js";
import type { RunTestsOptions } from "./options.js";
import { TestDatabases } from "./test-databases.js";
import { TestUsers } from "./test-users.js";

/** Does `work` with the server, and removes everything that it created there. */
export async function withTestServer<T>(
  { signal: _, ...options }: RunTestsOptions,
  work: (server: Server) => Promise<T>,
): Promise<T> {
  if (options.connection) return withConnection(options.connection, options, work);
  const sandbox = await startSandbox();
  try {
    return await withConnection(sandbox, { ...options, emit: () => {} }, work, false);
  } finally {
    await sandbox.stop();
  }
}

function withConnection<T>(
  connection: Connection,
  options: RunTestsOptions,
  work: (server: Server) => Promise<T>,
  cleansUp = true,
): Promise<T> {
  // Without the signal: what was created must still be removed. The caller stops between two tests.
  return withRun({ steps: [] }, { ...options, connection, expectsServer: true }, async (run) => {
    await whenReached(run, () => readSession(run.couch));
    if (!isAdmin(await readSession(run.couch))) throw notAdmin(run.couch.url);
    run.couch.allowWrites();
    const server = { run, databases: new TestDatabases(run.couch), users: new TestUsers(run, connection) };
    try {
      return await work(server);
    } finally {
      if (cleansUp) await removeAll(server);
    }
  });
}

async function removeAll({ users, databases }: Server): Promise<void> {
  try {
    await users.remove();
  } finally {
    await databases.remove();
  }
}

function notAdmin(url: string): MigrateError {
  const message = `the tests need a server admin on ${url}, because they create databases and users`;
  const next = "Give the login of a server admin, or leave out --url: the tests then run in the embedded server.";
  return new MigrateError("missing-permission", { message, next });
}
