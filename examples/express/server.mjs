// Applies the migrations, and then listens. If they fail, the process ends before it serves anything.
import { fileURLToPath } from "node:url";
import { apply, loadMigrations } from "couchdb-migrate";
import express from "express";

const { COUCHDB_URL = "http://127.0.0.1:5984", COUCHDB_USERNAME, COUCHDB_PASSWORD, PORT = "3000" } = process.env;
const connection = { url: COUCHDB_URL, username: COUCHDB_USERNAME, password: COUCHDB_PASSWORD };

const migrations = await loadMigrations(fileURLToPath(new URL("migrations", import.meta.url)));
const { result, failures } = await apply(migrations, { connection });
for (const { id, message, next } of failures) console.error(`${id}: ${message}. ${next}`);
// "older": a newer version of this service has already applied its files, so this one may serve.
if (!["applied", "unchanged", "older"].includes(result)) throw new Error(`the migrations are not applied: ${result}`);

const app = express();
app.get("/", (_request, response) => {
  response.send(`migrations: ${result}\n`);
});
app.listen(Number(PORT), () => console.log(`listening on ${PORT}`));
