/** CouchDB's password hashes: parsed, compared and created here, so that no password is tested by logging in. */
import { createHash, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { bug } from "../contract/errors.js";
import { isAtLeast } from "./version.js";

const derive = promisify(pbkdf2);

export type PasswordHash =
  | {
      readonly scheme: "pbkdf2";
      readonly digest: string;
      readonly key: Buffer;
      readonly salt: string;
      readonly iterations: number;
    }
  /** 1.2 and older: SHA-1 of the password and the salt. */
  | { readonly scheme: "simple"; readonly key: Buffer; readonly salt: string };

/** `sha` is CouchDB's name for SHA-1. */
const digests = { sha: "sha1", sha224: "sha224", sha256: "sha256", sha384: "sha384", sha512: "sha512" } as const;

/** `undefined`: CouchDB would not regard it as a hash, for example a password that is not hashed yet. */
export function parseHash(text: string): PasswordHash | undefined {
  const simple = /^-hashed-([0-9a-f]{40}),([^,]+)$/i.exec(text);
  if (simple?.[1] && simple[2]) return { scheme: "simple", key: Buffer.from(simple[1], "hex"), salt: simple[2] };
  const parts = /^-pbkdf2(?::(sha(?:224|256|384|512)?))?-((?:[0-9a-f]{2})+),([^,]+),([1-9]\d{0,9})$/i.exec(text);
  if (!parts?.[2] || !parts[3]) return undefined;
  const digest = digests[(parts[1] ?? "sha") as keyof typeof digests];
  const key = Buffer.from(parts[2], "hex");
  if (!digest || key.length !== createHash(digest).digest().length) return undefined;
  return { scheme: "pbkdf2", digest, key, salt: parts[3], iterations: Number(parts[4]) };
}

/** Whether `text`, a value of `[admins]`, is a hash of `password`. */
export async function matches(text: string, password: string): Promise<boolean> {
  const hash = parseHash(text);
  return hash !== undefined && fits(hash, password);
}

async function fits(hash: PasswordHash, password: string): Promise<boolean> {
  const own =
    hash.scheme === "simple"
      ? sha1(password, hash.salt)
      : await derive(password, hash.salt, hash.iterations, hash.key.length, hash.digest);
  return timingSafeEqual(own, hash.key);
}

function sha1(password: string, salt: string): Buffer {
  return createHash("sha1").update(password).update(salt).digest();
}

/**
 * Creates a hash that this version of CouchDB stores unchanged. The salt is always new: CouchDB caches passwords by
 * salt, and would still accept the old one. Older versions only support SHA-1, and derive the key for each request;
 * therefore 10 iterations.
 *
 * @param version as `GET /` returns it
 */
export async function hashFor(version: string, password: string): Promise<string> {
  // CouchDB uses the characters of the salt as its bytes, even if they are hex digits.
  const salt = randomBytes(16).toString("hex");
  const [prefix, digest, length, iterations] = isAtLeast(version, "3.4")
    ? (["-pbkdf2:sha256-", "sha256", 32, 600_000] as const)
    : (["-pbkdf2-", "sha1", 20, 10] as const);
  const key = await derive(password, salt, iterations, length, digest);
  return `${prefix}${key.toString("hex")},${salt},${iterations}`;
}

/** A `_users` document, or those of its fields that form a hash. */
type UserMembers = Readonly<Record<string, unknown>>;

/** The fields of a `_users` document that are its password, its hash, or the parameters of the hash. */
export const passwordMembers: ReadonlySet<string> = new Set([
  "password",
  "password_scheme",
  "password_sha",
  "pbkdf2_prf",
  "salt",
  "iterations",
  "derived_key",
  "preserve_salt",
]);

/** Missing fields have CouchDB's default meaning. `undefined`: this document can't be used to log in. */
export function userHash(user: UserMembers): PasswordHash | undefined {
  const { password_scheme = "simple", pbkdf2_prf = "sha", iterations = 10_000, salt = "" } = user;
  const simple = password_scheme === "simple";
  const prf = simple ? "sha" : String(pbkdf2_prf);
  const hex = simple ? user.password_sha : user.derived_key;
  if (typeof hex !== "string" || typeof salt !== "string" || !Object.hasOwn(digests, prf)) return undefined;
  const digest = digests[prf as keyof typeof digests];
  const key = Buffer.from(hex, "hex");
  if (key.length !== createHash(digest).digest().length) return undefined;
  if (simple) return { scheme: "simple", key, salt };
  if (!isCount(iterations)) return undefined;
  return { scheme: "pbkdf2", digest, key, salt, iterations };
}

/** Whether the hash in a `_users` document is one of `password`. */
export async function matchesUser(user: UserMembers, password: string): Promise<boolean> {
  const hash = userHash(user);
  if (!hash) return false;
  // CouchDB creates these from `simple` ones without knowing the password.
  const hashedTwice = user.password_scheme === "simple+pbkdf2";
  return fits(hash, hashedTwice ? sha1(password, hash.salt).toString("hex") : password);
}

/** Creates a hash like `hashFor`, as the fields of a `_users` document. */
export async function userHashFor(version: string, password: string): Promise<UserMembers> {
  const hash = parseHash(await hashFor(version, password));
  if (hash?.scheme !== "pbkdf2") throw bug("a hash was made that can't be read");
  const { digest, salt, iterations, key } = hash;
  const prf = digest === "sha1" ? {} : { pbkdf2_prf: digest };
  return { password_scheme: "pbkdf2", ...prf, salt, iterations, derived_key: key.toString("hex") };
}

/** The maximum that Node accepts. */
function isCount(iterations: unknown): iterations is number {
  return Number.isInteger(iterations) && Number(iterations) >= 1 && Number(iterations) < 2 ** 31;
}
