/** What secrets cost a run: one derivation, whatever their number, and however often it looks. */
import type * as Crypto from "node:crypto";
import { expect, it, vi } from "vitest";

const derivations = vi.hoisted(() => ({ count: 0 }));
vi.mock("node:crypto", async (original) => {
  const crypto = await original<typeof Crypto>();
  const scrypt = (...args: Parameters<typeof crypto.scrypt>) => {
    derivations.count += 1;
    crypto.scrypt(...args);
  };
  return { ...crypto, scrypt };
});

const { databaseName, freshDatabase, uniqueName } = await import("../support/databases.js");
const { server } = await import("../support/servers.js");
const { tempFolder } = await import("../support/temp.js");

it("is derived once, whether it is new, as it was, or changed", async () => {
  const { url, admin } = server();
  const set = uniqueName("derived");
  const ledgerDatabase = await freshDatabase("ledger");
  const database = databaseName("derived");
  const names = [uniqueName("user"), uniqueName("user"), uniqueName("user")];
  const options = { connection: { url, username: admin.name, password: admin.password }, set, ledgerDatabase };
  const run = async (passwords: string, more = "") => {
    const steps = names.map(
      (name) => `- id: ${name}\n  ensureUser: { name: ${name}, password: ${passwords}-${name} }\n`,
    );
    const folder = await tempFolder({ "001.yaml": steps.join("") + more });
    // As a process of its own does, that remembers nothing.
    vi.resetModules();
    const { apply } = await import("../../src/engine/apply.js");
    const { loadMigrations } = await import("../../src/migrations/load.js");
    derivations.count = 0;
    const { applied } = await apply(await loadMigrations(folder), options);
    return [applied.length, derivations.count];
  };
  expect(await run("creep-and-more")).toEqual([3, 1]);
  expect(await run("creep-and-more")).toEqual([0, 1]);
  const another = `- id: made\n  ensureDatabase: { name: ${database} }\n`;
  expect(await run("creep-and-more", another)).toEqual([1, 1]);
  expect(await run("spore-and-more", another)).toEqual([3, 1]);
});
