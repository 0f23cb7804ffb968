// What a run sends that finds nothing pending, and nothing else: the ledger, then the databases.
// node look.mjs <path of the ledger> <database>…
import { close, send } from "./client.mjs";

const [ledger, ...keys] = process.argv.slice(2);
await send("GET", ledger);
await send("POST", "/_dbs_info", { keys });
close();
