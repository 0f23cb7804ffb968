import { createHash, pbkdf2Sync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { matchesUser, passwordMembers, userHash, userHashFor } from "../../src/couch/password-hash.js";

const password = " a✓ ";
const salt = "5a17";
const pbkdf2 = (of: string, digest: string, length: number, iterations = 10) =>
  pbkdf2Sync(of, salt, iterations, length, digest).toString("hex");
const sha = createHash("sha1")
  .update(password + salt)
  .digest("hex");
const scheme = { password_scheme: "pbkdf2", salt, iterations: 10 };

describe("a hash in a user document", () => {
  it.each<[string, Record<string, unknown>]>([
    ["3.4: sha256", { ...scheme, pbkdf2_prf: "sha256", derived_key: pbkdf2(password, "sha256", 32) }],
    ["sha512", { ...scheme, pbkdf2_prf: "sha512", derived_key: pbkdf2(password, "sha512", 64) }],
    ["before 3.4: sha1, which is implied", { ...scheme, derived_key: pbkdf2(password, "sha1", 20) }],
    ["implied iterations", { ...scheme, iterations: undefined, derived_key: pbkdf2(password, "sha1", 20, 10_000) }],
    ["simple", { password_scheme: "simple", salt, password_sha: sha }],
    ["an implied scheme", { salt, password_sha: sha }],
    [
      "simple, hashed again",
      { ...scheme, password_scheme: "simple+pbkdf2", pbkdf2_prf: "sha256", derived_key: pbkdf2(sha, "sha256", 32) },
    ],
  ])("%s", async (_, user) => {
    expect(await matchesUser(user, password)).toBe(true);
    expect(await matchesUser(user, password.trim())).toBe(false);
  });

  it.each<[string, Record<string, unknown>]>([
    ["nothing", {}],
    ["a salt that is not text", { ...scheme, salt: 1, derived_key: pbkdf2(password, "sha1", 20) }],
    ["no key", { ...scheme, pbkdf2_prf: "sha256" }],
    ["a key of another length", { ...scheme, pbkdf2_prf: "sha256", derived_key: pbkdf2(password, "sha1", 20) }],
    ["an unknown function", { ...scheme, pbkdf2_prf: "constructor", derived_key: pbkdf2(password, "sha1", 20) }],
    ["no iterations", { ...scheme, iterations: 0, derived_key: pbkdf2(password, "sha1", 20) }],
    ["more iterations than possible", { ...scheme, iterations: 2 ** 31, derived_key: pbkdf2(password, "sha1", 20) }],
    ["an unhashed password", { password, salt }],
  ])("is not recognised: %s", async (_, user) => {
    expect(userHash(user)).toBeUndefined();
    expect(await matchesUser(user, password)).toBe(false);
  });
});

describe("a hash for a user document", () => {
  it.each([
    ["3.5.0", { pbkdf2_prf: "sha256", iterations: 600_000 }],
    ["3.3.3", { iterations: 10 }],
  ])("logs in on %s, with a new salt", async (version, members) => {
    const [made, again] = [await userHashFor(version, password), await userHashFor(version, password)];
    expect(made).toMatchObject({ password_scheme: "pbkdf2", ...members });
    expect(Object.keys(made).every((key) => passwordMembers.has(key))).toBe(true);
    expect("pbkdf2_prf" in made).toBe("pbkdf2_prf" in members);
    expect(await matchesUser(made, password)).toBe(true);
    expect(made.salt).not.toBe(again.salt);
  });
});
