/** Names that no other test uses, on a server that many tests share concurrently. */
import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import { type Addressed, must, request } from "./request.js";
import { server } from "./servers.js";

/** The prefix of everything that tests create on a shared server. */
export const prefix = "cm-test-";

/** A unique database name, migration set or user name: `cm-test-3f9a1c-zerglings`. */
export function uniqueName(stem = "db"): string {
  return `${prefix}${randomBytes(5).toString("hex")}-${stem}`;
}

/** A new database, which is deleted when the running test ends. Returns its name. */
export async function freshDatabase(stem = "db", on: Addressed = server()): Promise<string> {
  const name = uniqueName(stem);
  await must(on, "PUT", `/${name}`);
  onTestFinished(() => removeDatabase(name, on));
  return name;
}

/** A unique name for a database that the test itself will create; it is deleted when the running test ends. */
export function databaseName(stem = "db", on: Addressed = server(), name = uniqueName(stem)): string {
  onTestFinished(() => removeDatabase(name, on));
  return name;
}

export async function removeDatabase(name: string, on: Addressed = server()): Promise<void> {
  await request(on, "DELETE", `/${encodeURIComponent(name)}`);
}

/** Deletes every database whose name begins with `start`. */
export async function removeDatabases(start: string, on: Addressed = server()): Promise<void> {
  const all: string[] = await must(on, "GET", "/_all_dbs");
  for (const name of all.filter((name) => name.startsWith(start))) await removeDatabase(name, on);
}
