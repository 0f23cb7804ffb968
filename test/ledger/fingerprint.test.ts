import { describe, expect, it } from "vitest";
import { type FingerprintedSecret, fingerprintOf } from "../../src/ledger/fingerprint.js";
import type { Fingerprint } from "../../src/ledger/ledger.js";

const secret = (id: string, pointer: string, value: string): FingerprintedSecret => ({ id, pointer, value });
const admin = secret("admin", "/password", "creep");
const user = secret("user", "/password", "spore");

const sameFingerprint = async (secrets: readonly FingerprintedSecret[], than: Fingerprint) =>
  (await fingerprintOf(secrets, than)).hash === than.hash;
const recorded = await fingerprintOf([admin, user]);

describe("a fingerprint", () => {
  it.each([
    ["is the same for the same secrets", [admin, user], true],
    ["does not depend on their order", [user, admin], true],
    ["notices a changed secret", [admin, secret("user", "/password", "Spore")], false],
    ["notices a removed secret", [admin], false],
    ["notices an added secret", [admin, user, secret("user", "/fields/x", "")], false],
    ["notices swapped secrets", [secret("admin", "/password", "spore"), secret("user", "/password", "creep")], false],
    ["notices the same secret in another place", [admin, secret("user", "/fields/password", "spore")], false],
    ["is not deceived by quotes", [secret("admin", "/password", 'creep"],["user","/password","spore')], false],
  ])("%s", async (_, secrets, expected) => expect(await sameFingerprint(secrets, recorded)).toBe(expected));

  it("has its own salt", async () => {
    const again = await fingerprintOf([admin, user]);
    expect(again.salt).not.toBe(recorded.salt);
    expect(again.hash).not.toBe(recorded.hash);
  });

  it("names its steps and its cost, and holds no secret", () => {
    expect(recorded).toMatchObject({ ids: ["admin", "user"], n: 8192, r: 8, p: 12 });
    expect(JSON.stringify(recorded)).not.toMatch(/creep|spore/);
  });

  it("takes little memory, and as much work as before", () => {
    expect(128 * recorded.r * recorded.n).toBeLessThanOrEqual(8 * 2 ** 20);
    expect(recorded.n * recorded.r * recorded.p).toBeGreaterThanOrEqual(2 ** 15 * 8 * 3);
  });

  it("with another cost is compared at that cost", async () => {
    const older = await fingerprintOf([admin], { salt: recorded.salt, n: 1024, r: 8, p: 1 });
    expect(await sameFingerprint([admin], older)).toBe(true);
    expect(await sameFingerprint([user], older)).toBe(false);
  });

  it("exists even for no secrets", async () => {
    expect(await sameFingerprint([], await fingerprintOf([]))).toBe(true);
  });
});
