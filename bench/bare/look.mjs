// Sends the requests of a run that finds nothing pending, and does nothing else.
// node look.mjs <ledger database> <set> <database>…, sorted by name
import { close, send } from "./client.mjs";

const [ledgers, set, ...names] = process.argv.slice(2);
const key = (text) => encodeURIComponent(JSON.stringify(text));
const range = (from, to) => `start_key=${key(from)}&end_key=${key(to)}`;
const ledger = `_local/couchdb-migrate-${set}`;
await send("GET", `/${ledgers}/lease-${set}?open_revs=all`);
await Promise.all([
  send("GET", `/${ledgers}/_local_docs?${range(ledger, ledger)}`),
  names.length < 4
    ? send("POST", "/_dbs_info", { keys: names })
    : send("GET", `/_node/_local/_dbs/_all_docs?${range(names.at(0), names.at(-1))}`),
]);
close();
