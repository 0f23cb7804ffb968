import { type Addressed, must } from "./request.js";

/** Creates `count` documents in batches: `docOf(0)`, `docOf(1)`, … */
export async function seed(
  on: Addressed,
  database: string,
  count: number,
  docOf: (n: number) => object,
  batch = 1_000,
): Promise<void> {
  for (let from = 0; from < count; from += batch) {
    const docs = Array.from({ length: Math.min(batch, count - from) }, (_, i) => docOf(from + i));
    await must(on, "POST", `/${database}/_bulk_docs`, { body: { docs } });
  }
}
