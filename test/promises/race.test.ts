/** Started many times concurrently, each step is applied once, and every runner succeeds. */
import { expect, it } from "vitest";
import { podEnv, runCli } from "../support/cli.js";
import { must } from "../support/request.js";
import { canStartNodes, startCouchDB, startEmbedded } from "../support/servers.js";
import { ids } from "./overmind-state.js";

it("six runners on an empty server apply each step once between them", async () => {
  const server = canStartNodes ? await startCouchDB() : await startEmbedded();
  try {
    const env = podEnv(server.url, server.admin);
    const runs = await Promise.all(Array.from({ length: 6 }, () => runCli(["apply", "--format", "json"], { env })));
    for (const { code, stderr } of runs) expect(code, stderr).toBe(0);
    const results = runs.map(({ stdout }) => JSON.parse(stdout));
    const done = results.flatMap(({ applied, adopted }) => [...applied, ...adopted]);
    expect(done.sort()).toEqual([...ids].sort());
    const { rows } = await must(server, "GET", "/couchdb-migrate/_all_docs?include_docs=true&conflicts=true");
    for (const { doc } of rows) expect(doc._conflicts, doc._id).toBeUndefined();
    const { doc } = rows.find(({ id }: { id: string }) => id === "lease-default");
    expect(doc.holder).toBeNull();
  } finally {
    await server.close();
  }
});
