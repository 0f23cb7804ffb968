/** How far the views of a database are behind its documents, as CouchDB reports it. */
import { expect, it } from "vitest";
import { viewLag } from "../../../src/objects/design-docs/index-state.js";
import { freshDatabase } from "../../support/databases.js";
import { must } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { open } from "./big-database.js";

onReal("the lag of the views", () => {
  it("is what running builds still have to read, and ends with them", async () => {
    const database = await freshDatabase("lag");
    const docs = Array.from({ length: 400 }, (_, i) => ({ _id: `larva-${i}` }));
    await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs } });
    const map = "function (doc) { for (var i = 0; i < 300000; i += 1) { if (i < 0) return; } emit(doc._id); }";
    await must(server(), "PUT", `/${database}/_design/slow`, { body: { views: { slow: { map } } } });
    const couch = open(server());
    const build = must(server(), "GET", `/${database}/_design/slow/_view/slow?limit=1`);
    await expect.poll(() => viewLag(couch, database), { interval: 20, timeout: 20_000 }).toBeGreaterThan(0);
    expect(await viewLag(couch, `${database}-other`)).toBe(0);
    await build;
    await expect.poll(() => viewLag(couch, database), { timeout: 20_000 }).toBe(0);
  });
});
