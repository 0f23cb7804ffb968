/** A set with its own ledger, on the server that all tests share. */
import { type ApplyOptions, loadMigrations, type Migrations } from "../../src/index.js";
import { freshDatabase } from "../support/databases.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

export async function ownSet(): Promise<ApplyOptions & { readonly ledgerDatabase: string }> {
  const { url, admin } = server();
  const connection = { url, username: admin.name, password: admin.password };
  return { connection, ledgerDatabase: await freshDatabase("ledger"), wait: 5_000 };
}

/** Loads one migration file with these steps. */
export async function filesOf(steps: string, env: Readonly<Record<string, string>> = {}): Promise<Migrations> {
  return loadMigrations(await tempFolder({ "001.yaml": steps }), { env });
}
