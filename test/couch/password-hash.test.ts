import { createHash, pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import { hashFor, matches, parseHash } from "../../src/couch/password-hash.js";

const salt = "6d1f0c2b7a9e4835b0c4d2e1f3a59687";
const made = (prefix: string, password: string, digest: string, length: number, iterations: number) =>
  `${prefix}${pbkdf2Sync(password, salt, iterations, length, digest).toString("hex")},${salt},${iterations}`;
const legacy = made("-pbkdf2-", "secret", "sha1", 20, 10);
const modern = made("-pbkdf2:sha256-", " a✓ ", "sha256", 32, 1000);
const oldest = `-hashed-${createHash("sha1").update(`secret${salt}`).digest("hex")},${salt}`;

test.each([
  ["sha1, ten iterations", legacy, "secret", true],
  ["sha1, wrong", legacy, "Secret", false],
  ["sha1 by its other name", legacy.replace("-pbkdf2-", "-pbkdf2:sha-"), "secret", true],
  ["sha256, with space and ✓", modern, " a✓ ", true],
  ["sha256, trimmed", modern, "a✓", false],
  ["sha512", made("-pbkdf2:sha512-", "secret", "sha512", 64, 5), "secret", true],
  ["-hashed-", oldest, "secret", true],
  ["-hashed-, wrong", oldest, "secret ", false],
  ["a password that is not hashed", "secret", "secret", false],
  ["a truncated hash", legacy.replace(/.{10},/, ","), "secret", false],
  ["no hash", "", "", false],
])("%s", async (_, hash, password, expected) => {
  expect(await matches(hash, password)).toBe(expected);
});

test.each([
  ["3.5.0", "-pbkdf2:sha256-", 64, 600_000],
  ["3.4.0", "-pbkdf2:sha256-", 64, 600_000],
  ["3.3.3", "-pbkdf2-", 40, 10],
  ["2.3.1", "-pbkdf2-", 40, 10],
  ["1.7.2", "-pbkdf2-", 40, 10],
])("for CouchDB %s: %s", async (version, prefix, length, iterations) => {
  const [first, second] = [await hashFor(version, " a✓ "), await hashFor(version, " a✓ ")];
  expect(first).toMatch(new RegExp(`^${prefix}[0-9a-f]{${length}},[0-9a-f]{32},${iterations}$`));
  expect(await matches(first, " a✓ ")).toBe(true);
  expect(parseHash(first)?.salt).not.toBe(parseHash(second)?.salt);
});
