// What a run sends that finds nothing pending, and nothing else: the ledger, then the databases.
// node look.mjs <path of the ledger> <database>…
import { close, send } from "./client.mjs";

const [ledger, ...keys] = process.argv.slice(2);
await send("GET", ledger);
const atOnce = 25;
const parts = Array.from({ length: Math.ceil(keys.length / atOnce) }, (_, i) =>
  keys.slice(i * atOnce, (i + 1) * atOnce),
);
await Promise.all(parts.map((part) => send("POST", "/_dbs_info", { keys: part })));
close();
