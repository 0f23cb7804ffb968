// Installs databases with the fewest requests that CouchDB's documented API allows: four per database.
// node install.mjs <file> <concurrent requests>
import { readFileSync } from "node:fs";
import { close, send } from "./client.mjs";

const [file, atOnce] = process.argv.slice(2);
const databases = JSON.parse(readFileSync(file, "utf8"));
let next = 0;

async function work() {
  while (next < databases.length) {
    const { name, security, docs, index, exists } = databases[next++];
    if (!exists) await send("PUT", `/${name}`);
    await send("PUT", `/${name}/_security`, security);
    await send("POST", `/${name}/_bulk_docs`, { docs });
    await send("POST", `/${name}/_index`, index);
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, work));
close();
