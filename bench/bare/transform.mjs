// Sets a field in every document of a database: reads pages of _all_docs, and posts each to _bulk_docs. It checks
// nothing, and starts from the beginning if it is interrupted.
// node transform.mjs <database> <concurrent requests>
import { close, send } from "./client.mjs";

const [database, atOnce] = process.argv.slice(2);
const size = 1_000;

async function* pages() {
  let start = "";
  for (;;) {
    const { rows } = await send("GET", `/${database}/_all_docs?include_docs=true&limit=${size + 1}${start}`);
    yield rows.slice(0, size).map(({ doc }) => doc);
    if (rows.length <= size) return;
    start = `&start_key=${encodeURIComponent(JSON.stringify(rows[size].id))}`;
  }
}

const source = pages();

async function work() {
  for (;;) {
    const { done, value } = await source.next();
    if (done) return;
    for (const doc of value) doc.legs = 6;
    await send("POST", `/${database}/_bulk_docs`, { docs: value });
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, work));
close();
