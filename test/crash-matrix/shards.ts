/**
 * What only the exhaustive matrix has: shards that are split, and a limit that few sets use. A split takes seconds in
 * every run, so the sample leaves them out.
 */
import { type Addressed, must } from "../support/request.js";
import { prepare } from "./set.js";

const nest = (limit: number) => ({
  "005-shards.yaml": `
- id: nest
  ensureDatabase: { name: nest, q: 4, reshard: true, purgedInfosLimit: ${limit} }
`,
});

export const shards = { first: nest(500), next: nest(600) };

/** With two shards, so that a run can end between two splits. */
export async function prepareWithShards(server: Addressed): Promise<void> {
  await prepare(server);
  await must(server, "PUT", "/nest?q=2");
  const docs = ["egg", "larva", "cocoon"].map((_id) => ({ _id }));
  await must(server, "POST", "/nest/_bulk_docs", { body: { docs } });
}
