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
    ["sees a changed secret", [admin, secret("user", "/password", "Spore")], false],
    ["sees one that is gone", [admin], false],
    ["sees one that was added", [admin, user, secret("user", "/fields/x", "")], false],
    [
      "sees secrets that were swapped",
      [secret("admin", "/password", "spore"), secret("user", "/password", "creep")],
      false,
    ],
    ["sees another place of the same secret", [admin, secret("user", "/fields/password", "spore")], false],
    ["is not deceived by quotes", [secret("admin", "/password", 'creep"],["user","/password","spore')], false],
  ])("%s", async (_, secrets, expected) => expect(await sameFingerprint(secrets, recorded)).toBe(expected));

  it("has a salt of its own", async () => {
    const again = await fingerprintOf([admin, user]);
    expect(again.salt).not.toBe(recorded.salt);
    expect(again.hash).not.toBe(recorded.hash);
  });

  it("names its steps and what it cost, and holds no secret", () => {
    expect(recorded).toMatchObject({ ids: ["admin", "user"], n: 8192, r: 8, p: 12 });
    expect(JSON.stringify(recorded)).not.toMatch(/creep|spore/);
  });

  it("takes little memory, and no less work than before", () => {
    expect(128 * recorded.r * recorded.n).toBeLessThanOrEqual(8 * 2 ** 20);
    expect(recorded.n * recorded.r * recorded.p).toBeGreaterThanOrEqual(2 ** 15 * 8 * 3);
  });

  it("that was made at another cost is compared at that", async () => {
    const older = await fingerprintOf([admin], { salt: recorded.salt, n: 1024, r: 8, p: 1 });
    expect(await sameFingerprint([admin], older)).toBe(true);
    expect(await sameFingerprint([user], older)).toBe(false);
  });

  it("of nothing is one too", async () => {
    expect(await sameFingerprint([], await fingerprintOf([]))).toBe(true);
  });
});
