/** Creates and verifies password hashes in the formats that CouchDB stores. */

import { createHash, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { JsonObject } from "./json.js";

const derive = promisify(pbkdf2);

/** A hash with everything needed to verify a password; the fields of a `_users` document. */
export interface PasswordHash {
  readonly scheme: "pbkdf2" | "simple";
  readonly digest: string;
  readonly salt: string;
  readonly iterations: number;
  readonly hash: string;
}

export async function hashPassword(password: string, digest: string, iterations: number): Promise<PasswordHash> {
  const salt = randomBytes(16).toString("hex");
  return { scheme: "pbkdf2", digest, salt, iterations, hash: await pbkdf2Hex(password, digest, salt, iterations) };
}

export async function verifyPassword(password: string, stored: PasswordHash): Promise<boolean> {
  const { scheme, digest, salt, iterations, hash } = stored;
  if (!keyLengths.has(digest) || !(Number.isInteger(iterations) && iterations > 0)) return false;
  const actual = scheme === "simple" ? sha1(password + salt) : await pbkdf2Hex(password, digest, salt, iterations);
  const [left, right] = [Buffer.from(actual), Buffer.from(hash)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Key lengths by CouchDB's names of the digests. */
const keyLengths = new Map(
  Object.entries({
    sha: 20,
    sha1: 20,
    sha224: 28,
    sha256: 32,
    sha384: 48,
    sha512: 64,
  }),
);

async function pbkdf2Hex(password: string, digest: string, salt: string, iterations: number): Promise<string> {
  const algorithm = digest === "sha" ? "sha1" : digest;
  const key = await derive(password, salt, iterations, keyLengths.get(digest) ?? 32, algorithm);
  return key.toString("hex");
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** The value of an `[admins]` entry. SHA-1 is written in the old format, which every version reads. */
export function formatAdmin({ digest, hash, salt, iterations }: PasswordHash): string {
  const prefix = digest === "sha" || digest === "sha1" ? "-pbkdf2-" : `-pbkdf2:${digest}-`;
  return `${prefix}${hash},${salt},${iterations}`;
}

/** Reads the value of an `[admins]` entry. Returns undefined if it is a plaintext password that is not hashed yet. */
export function parseAdmin(value: string): PasswordHash | undefined {
  const simple = /^-hashed-([0-9a-f]+),(.+)$/.exec(value);
  if (simple?.[1] && simple[2]) {
    return { scheme: "simple", digest: "sha1", iterations: 1, hash: simple[1], salt: simple[2] };
  }
  const derived = /^-pbkdf2(?::(sha(?:224|256|384|512)?))?-([0-9a-f]+),([^,]+),(\d+)$/.exec(value);
  if (!derived) return undefined;
  const [, digest = "sha", hash = "", salt = "", iterations] = derived;
  return { scheme: "pbkdf2", digest, hash, salt, iterations: Number(iterations) };
}

/**
 * Whether CouchDB regards a value as already hashed, and so stores it unchanged.
 * @param strong false for versions before 3.4, which take a SHA-256 hash for a plaintext password
 */
export function looksHashed(value: string, strong: boolean): boolean {
  return value.startsWith("-hashed-") || value.startsWith("-pbkdf2-") || (strong && value.startsWith("-pbkdf2:"));
}

export function userHashFields({ digest, salt, iterations, hash }: PasswordHash): JsonObject {
  const prf = digest === "sha" ? {} : { pbkdf2_prf: digest };
  return { password_scheme: "pbkdf2", ...prf, salt, iterations, derived_key: hash };
}

/** The hash in a `_users` document, or undefined if it can't be used to log in. */
export function hashOfUser(user: JsonObject): PasswordHash | undefined {
  const salt = typeof user.salt === "string" ? user.salt : "";
  if (user.password_scheme === "pbkdf2" && typeof user.derived_key === "string") {
    const digest = typeof user.pbkdf2_prf === "string" ? user.pbkdf2_prf : "sha";
    const iterations = typeof user.iterations === "number" ? user.iterations : 10_000;
    return { scheme: "pbkdf2", digest, salt, iterations, hash: user.derived_key };
  }
  if (typeof user.password_sha !== "string") return undefined;
  return { scheme: "simple", digest: "sha1", salt, iterations: 1, hash: user.password_sha };
}
