// Applies the migrations, and then listens. If they fail, the process ends before it serves anything.
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { apply, loadMigrations } from "couchdb-migrate";

const { COUCHDB_URL = "http://127.0.0.1:5984", COUCHDB_USERNAME, COUCHDB_PASSWORD, PORT = "3000" } = process.env;
const connection = { url: COUCHDB_URL, username: COUCHDB_USERNAME, password: COUCHDB_PASSWORD };

// A run that is told to stop releases its lease before it ends.
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());

const migrations = await loadMigrations(fileURLToPath(new URL("migrations", import.meta.url)));
const { result, failures } = await apply(migrations, { connection, signal: stop.signal });
for (const { id, message, next } of failures) console.error(`${id}: ${message}. ${next}`);
// "older": a newer version of this service has already applied its files, so this one may serve.
if (!["applied", "unchanged", "older"].includes(result)) throw new Error(`the migrations are not applied: ${result}`);

const server = createServer((_request, response) => response.end(`migrations: ${result}\n`));
server.listen(Number(PORT), () => console.log(`listening on ${PORT}`));
process.once("SIGTERM", () => server.close());
