/** The configuration of the node: sections of strings. Like CouchDB's, it lists only values that were set. */

import { formatAdmin, hashPassword, looksHashed } from "./passwords.js";
import type { Profile } from "./profile.js";
import { badRequest } from "./reply.js";

export class Config {
  readonly #sections = new Map<string, Map<string, string>>();
  readonly #profile: Profile;
  readonly #changed: () => void;

  constructor(profile: Profile, changed: () => void = () => {}) {
    this.#profile = profile;
    this.#changed = changed;
  }

  restore(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): void {
    for (const [name, keys] of Object.entries(sections)) this.#sections.set(name, new Map(Object.entries(keys)));
  }

  get(section: string, key: string): string | undefined {
    return this.#sections.get(section)?.get(key);
  }

  section(name: string): Record<string, string> {
    return Object.fromEntries(this.#sections.get(name) ?? []);
  }

  all(): Record<string, Record<string, string>> {
    return Object.fromEntries([...this.#sections.keys()].map((name) => [name, this.section(name)]));
  }

  /**
   * Stores a value, trimmed. A plaintext password in `admins` is hashed later, as in CouchDB: until then it can be
   * read, and it can't be used to log in.
   * @param hashed whether an admin's value is a hash; if omitted, this is decided from the value
   */
  set(section: string, key: string, untrimmed: string, hashed?: boolean): void {
    const value = untrimmed.trim();
    if (!isWritable(key) || !isWritable(value)) throw badRequest("Invalid configuration value");
    this.#store(section, key, value);
    if (section === "admins" && !(hashed ?? looksHashed(value, this.#profile.strongPasswords)))
      void this.#hashLater(key, value);
  }

  delete(section: string, key: string): void {
    const keys = this.#sections.get(section);
    keys?.delete(key);
    if (keys?.size === 0) this.#sections.delete(section);
    this.#changed();
  }

  #store(section: string, key: string, value: string): void {
    const keys = this.#sections.get(section) ?? new Map<string, string>();
    keys.set(key, value);
    this.#sections.set(section, keys);
    this.#changed();
  }

  async #hashLater(name: string, password: string): Promise<void> {
    const [digest, iterations] = this.#profile.strongPasswords
      ? (["sha256", 600_000] as const)
      : (["sha", 10] as const);
    const hash = await hashPassword(password, digest, iterations);
    if (this.get("admins", name) === password) this.#store("admins", name, formatAdmin(hash));
  }
}

/** Whether an ini file can hold the text: Latin-1 without control characters. */
function isWritable(text: string): boolean {
  return [...text].every((character) => character >= " " && character <= "\u00ff" && character !== "\u007f");
}
