/** Locks an account for a client after failed logins, even for the correct password, as CouchDB does since 3.4. */

import { forbidden } from "./reply.js";

const threshold = 5;
const lifetime = 300_000;

export class Lockout {
  readonly #failures = new Map<string, { count: number; since: number }>();

  /** @throws CouchError 403 if `key` (client, user and salt) has failed too often */
  check(key: string): void {
    const failed = this.#failures.get(key);
    if (!failed) return;
    if (Date.now() - failed.since > lifetime) this.#failures.delete(key);
    else if (failed.count >= threshold) {
      throw forbidden("Account is temporarily locked due to multiple authentication failures");
    }
  }

  fail(key: string): void {
    const failed = this.#failures.get(key) ?? { count: 0, since: Date.now() };
    failed.count += 1;
    this.#failures.set(key, failed);
  }
}
