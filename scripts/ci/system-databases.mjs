/**
 * Creates the system databases of the CouchDB at COUCHDB_URL, as soon as it answers. The official image takes an
 * admin from its variables, but a service container takes no configuration file, so `single_node` can't be set.
 */
const given = new URL(process.env.COUCHDB_URL);
const login = `${decodeURIComponent(given.username)}:${decodeURIComponent(given.password)}`;
const headers = { authorization: `Basic ${Buffer.from(login).toString("base64")}` };
const deadline = Date.now() + 120_000;

/** Returns the status; `undefined` if there is no answer yet. */
async function status(method, path) {
  try {
    return (await fetch(given.origin + path, { method, headers, signal: AbortSignal.timeout(10_000) })).status;
  } catch {
    return undefined;
  }
}

while ((await status("GET", "/_all_dbs")) !== 200) {
  if (Date.now() > deadline) throw new Error(`no CouchDB with this admin answers at ${given.origin}`);
  await new Promise((resolve) => setTimeout(resolve, 500));
}
for (const name of ["_users", "_replicator", "_global_changes"]) {
  const answer = await status("PUT", `/${name}`);
  // 412: the database already exists.
  if (answer !== 201 && answer !== 202 && answer !== 412) throw new Error(`PUT /${name}: ${answer}`);
}
console.log(`${given.origin} has its system databases`);
