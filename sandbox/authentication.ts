/**
 * Identifies the user of a request: by a cookie, by a Basic header, or as nobody (who is an admin while there are no
 * admins).
 */

import { createHash, createHmac } from "node:crypto";
import type { Config } from "./config.js";
import { isStringArray, type JsonObject } from "./json.js";
import { Lockout } from "./lockout.js";
import { hashOfUser, type PasswordHash, parseAdmin, verifyPassword } from "./passwords.js";
import type { Profile } from "./profile.js";
import { badRequest, unauthorized } from "./reply.js";
import type { CouchRequest } from "./request.js";
import type { Databases } from "./storage/databases.js";
import type { User } from "./user.js";

interface Account {
  readonly roles: readonly string[];
  readonly hash: PasswordHash;
}

const nobody: User = { name: null, roles: [] };
const wrong = () => unauthorized("Name or password is incorrect.");
const sessionSeconds = 600;

export class Authenticator {
  readonly #config: Config;
  readonly #databases: Databases;
  readonly #profile: Profile;
  readonly #lockout = new Lockout();
  /** Digests of credentials that were correct: deriving a key every time would take a tenth of a second. */
  readonly #known = new Set<string>();

  constructor(config: Config, databases: Databases, profile: Profile) {
    this.#config = config;
    this.#databases = databases;
    this.#profile = profile;
  }

  /** @throws CouchError 401 for wrong credentials, even if anonymous users are let in (the admin party) */
  async identify(request: CouchRequest): Promise<User> {
    const cookie = /(?:^|;\s*)AuthSession=([^;]*)/.exec(request.headers.cookie ?? "")?.[1];
    if (cookie) {
      const user = await this.#fromCookie(cookie);
      if (user) return user;
    }
    const basic = basicCredentials(request.headers.authorization);
    if (basic) return { ...(await this.login(basic.name, basic.password, request.peer)), handler: "default" };
    const party = Object.keys(this.#config.section("admins")).length === 0;
    return party ? { name: null, roles: ["_admin"] } : nobody;
  }

  /** @throws CouchError 401, or 403 while the account is locked */
  async login(name: string, password: string, peer: string): Promise<{ name: string; roles: readonly string[] }> {
    const account = await this.#account(name);
    if (!account) throw wrong();
    const lock = `${peer} ${name} ${account.hash.salt}`;
    const guarded = this.#profile.strongPasswords && this.#config.get("chttpd_auth_lockout", "mode") !== "off";
    if (guarded) this.#lockout.check(lock);
    if (await this.#matches(password, account.hash)) return { name, roles: account.roles };
    if (guarded) this.#lockout.fail(lock);
    throw wrong();
  }

  /** Creates the cookie value that identifies this user until the password changes. */
  async issueCookie(name: string): Promise<string> {
    const time = Math.floor(Date.now() / 1000)
      .toString(16)
      .toUpperCase();
    const signature = this.#sign(name, time, (await this.#account(name))?.hash.salt ?? "");
    return Buffer.concat([Buffer.from(`${name}:${time}:`), signature]).toString("base64url");
  }

  async #fromCookie(cookie: string): Promise<User | undefined> {
    const bytes = Buffer.from(cookie, "base64url");
    const parts = /^([^:]*):([0-9A-F]+):/.exec(bytes.toString("latin1"));
    if (!parts) throw badRequest("Malformed AuthSession cookie. Please clear your cookies.");
    const [prefix, , time = ""] = parts;
    const name = bytes.subarray(0, parts[1]?.length ?? 0).toString("utf8");
    const account = await this.#account(name);
    const fresh = Date.now() / 1000 < Number.parseInt(time, 16) + sessionSeconds;
    if (!account || !fresh) return undefined;
    const expected = this.#sign(name, time, account.hash.salt);
    if (!expected.equals(bytes.subarray(prefix.length))) return undefined;
    return { name, roles: account.roles, handler: "cookie" };
  }

  #sign(name: string, time: string, salt: string): Buffer {
    const secret = `${this.#config.get("couchdb", "uuid")}${salt}`;
    return createHmac("sha256", secret).update(`${name}:${time}`).digest();
  }

  async #account(name: string): Promise<Account | undefined> {
    const user = await this.#userDocument(name);
    const userRoles = isStringArray(user?.roles) ? user.roles : [];
    const admin = this.#config.get("admins", name);
    const adminHash = admin === undefined ? undefined : parseAdmin(admin);
    if (adminHash) return { hash: adminHash, roles: ["_admin", ...userRoles] };
    const hash = user && hashOfUser(user);
    return hash && { hash, roles: userRoles };
  }

  async #userDocument(name: string): Promise<JsonObject | undefined> {
    return this.#databases.find("_users")?.read(`org.couchdb.user:${name}`);
  }

  async #matches(password: string, hash: PasswordHash): Promise<boolean> {
    const key = createHash("sha256")
      .update(JSON.stringify([password, hash]))
      .digest("base64");
    if (this.#known.has(key)) return true;
    const right = await verifyPassword(password, hash);
    if (right) this.#known.add(key);
    return right;
  }
}

function basicCredentials(header: string | undefined): { name: string; password: string } | undefined {
  const encoded = /^Basic\s+(.*)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) throw badRequest("Authorization header has invalid base64 value");
  const [name = "", ...password] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return password.length === 0 ? undefined : { name, password: password.join(":") };
}
