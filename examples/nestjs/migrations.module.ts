import { join } from "node:path";
import { Injectable, Logger, Module, type OnModuleInit } from "@nestjs/common";
import { apply, loadMigrations } from "couchdb-migrate";

const { COUCHDB_URL = "http://127.0.0.1:5984", COUCHDB_USERNAME, COUCHDB_PASSWORD } = process.env;
const connection = { url: COUCHDB_URL, username: COUCHDB_USERNAME, password: COUCHDB_PASSWORD };

/** Nest waits for `onModuleInit` of every provider before the application listens. */
@Injectable()
export class Migrations implements OnModuleInit {
  private readonly logger = new Logger(Migrations.name);
  result = "pending";

  async onModuleInit(): Promise<void> {
    const migrations = await loadMigrations(join(process.cwd(), "migrations"));
    const { result, failures } = await apply(migrations, { connection });
    for (const { id, message, next } of failures) this.logger.error(`${id}: ${message}. ${next}`);
    // "older": a newer version of this service has already applied its files, so this one may serve.
    if (!["applied", "unchanged", "older"].includes(result)) {
      throw new Error(`the migrations are not applied: ${result}`);
    }
    this.result = result;
  }
}

/** Nest initialises imported modules first: import this one where CouchDB is used. */
@Module({ providers: [Migrations], exports: [Migrations] })
export class MigrationsModule {}
