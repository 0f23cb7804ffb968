// Sends the requests of a run that compares every step with the server, and compares nothing.
// node read.mjs <ledger database> <set> <concurrent requests> <database>…, sorted by name
import { close, send } from "./client.mjs";

const [ledgers, set, atOnce, ...names] = process.argv.slice(2);
const key = (text) => encodeURIComponent(JSON.stringify(text));
const requests = [
  ["GET", `/_node/_local/_dbs/_all_docs?start_key=${key(names.at(0))}&end_key=${key(names.at(-1))}&include_docs=true`],
];
// Database by database, because CouchDB keeps a limited number of them open.
for (let i = 0; i < names.length; i += 25) {
  const some = names.slice(i, i + 25);
  requests.push(["POST", "/_dbs_info", { keys: some }]);
  for (const name of some)
    requests.push(["GET", `/${name}/_security`], ["GET", `/${name}/_design_docs?include_docs=true`]);
}

async function work() {
  while (requests.length > 0) await send(...requests.shift());
}

await send("GET", `/${ledgers}/_local/couchdb-migrate-${set}`);
await Promise.all(Array.from({ length: Number(atOnce) }, work));
close();
