/** The rule of older files, case by case. */
import { describe, expect, test } from "vitest";
import { mostVersions, noteVersion } from "../../src/ledger/note-version.js";
import { type Noted, newestVersion, type Standing, standingOf } from "../../src/ledger/standing.js";

/** A ledger in which these were noted, one after another: `v1`, or `v1@3` with its release. */
function noted(...runs: string[]): Noted | undefined {
  return runs.reduce<Noted | undefined>((ledger, run) => noteVersion(ledger ?? {}, files(run)), undefined);
}

function files(run: string) {
  const [version = "", release] = run.split("@");
  return { version, release, formerSecrets: false };
}

const newer: Standing = { is: "newer" };
const current: Standing = { is: "current" };
const reverts: Standing = { is: "newer", reverts: true };
const older = (by: "version" | "secrets" | "release"): Standing => ({ is: "older", by });
const refused = (because: "lower-release" | "other-sort"): Standing => ({ is: "refused", because });

const early = "2026-05-01T10:00:00.000Z";
const late = "2026-05-02T10:00:00.000Z";

describe("files are", () => {
  test.each<[string, string[], string, Standing]>([
    // The noted versions, in order; the new files; their standing.
    ["newer on an empty server", [], "v1", newer],
    ["current when they are applied again", ["v1"], "v1", current],
    ["newer if they were never seen", ["v1"], "v2", newer],
    ["older in a pod of the previous version during a rolling update", ["v1", "v2"], "v1", older("version")],
    ["older, even if the newest version was noted and then failed", ["v1", "v2"], "v1", older("version")],
    ["older, even if they failed themselves", ["v1", "v2", "v3"], "v2", older("version")],
    ["current if the newest version failed and is applied again", ["v1", "v2"], "v2", current],
    ["older after helm rollback, which starts old pods with their old settings", ["v1", "v2"], "v1", older("version")],
    ["older in a revert commit that brings a version back exactly", ["v1", "v2"], "v1", older("version")],
    ["newer in a partial revert with other changes", ["v1", "v2"], "v1-and-more", newer],
    ["older if Argo CD syncs to a previous commit", ["v1", "v2", "v3"], "v1", older("version")],
    ["older if an older chart is reinstalled on the same CouchDB", ["v1", "v2"], "v1", older("version")],
    ["newer if CouchDB was reinstalled as well", [], "v1", newer],
    ["current after going back to them was allowed", ["v1", "v2", "v1"], "v1", current],
    ["older after going back to another version", ["v1", "v2", "v1"], "v2", older("version")],

    ["newer with a higher release, even if they are known", ["v1@1", "v2@2"], "v1@3", newer],
    ["newer with a higher release, even if nothing has changed", ["v1@1"], "v1@2", newer],
    ["current with the same release", ["v1@1"], "v1@1", current],
    ["newer with the same release (as under Argo CD) if they were never seen", ["v1@1"], "v2@1", newer],
    ["older with the same release (as under Argo CD) if they are known", ["v1@1", "v2@1"], "v1@1", older("version")],
    ["older with a lower release", ["v1@1", "v2@2"], "v1@1", older("release")],
    ["older with a lower release, even if nothing has changed", ["v1@1", "v1@2"], "v1@1", older("release")],
    ["refused with a lower release if they were never seen", ["v2@2"], "v1@1", refused("lower-release")],
    ["newer with a later time", [`v1@${early}`], `v2@${late}`, newer],
    ["older with an earlier time", [`v1@${early}`, `v2@${late}`], `v1@${early}`, older("release")],
    ["compared as numbers, not as text", ["v1@9", "v2@10"], "v1@9", older("release")],
    ["refused with a time if the set has numbers", ["v1@1"], `v1@${early}`, refused("other-sort")],
    ["refused with a number if the set has times", [`v1@${early}`], "v2@1", refused("other-sort")],
    ["judged by their version if they have no release", ["v1@1", "v2@2"], "v1", older("version")],
    ["newer without a release if they were never seen", ["v1@1"], "v2", newer],
    ["judged by their version if the ledger has no release", ["v1", "v2"], "v1@1", older("version")],
    ["current if the ledger has no release", ["v1"], "v1@1", current],
  ])("%s", (_, before, now, expected) => {
    expect(standingOf(noted(...before), files(now))).toEqual(expected);
  });

  test.each<[string, string[], string, Standing]>([
    ["newer, as a revert", ["v1", "v2"], "v1", reverts],
    ["newer, as a revert, with a lower release", ["v1@1", "v2@2"], "v1@1", reverts],
    ["current if they are the newest anyway", ["v1", "v2"], "v2", current],
    ["newer if they were never seen", ["v1"], "v2", newer],
    ["still refused with a lower release if they were never seen", ["v2@2"], "v1@1", refused("lower-release")],
    ["still refused with the other form of release", ["v1@1"], `v1@${early}`, refused("other-sort")],
  ])("with --allow-revert %s", (_, before, now, expected) => {
    expect(standingOf(noted(...before), files(now), true)).toEqual(expected);
  });

  test.each<[string, string[], string, boolean, Standing]>([
    ["older: a pod with its Secret from before the rotation", ["v1"], "v1", false, older("secrets")],
    ["newer if they were never seen themselves", ["v1"], "v2", false, newer],
    ["older by their version in the first place", ["v1", "v2"], "v1", false, older("version")],
    ["newer with a higher release", ["v1@1"], "v1@2", false, newer],
    ["older with the same release", ["v1@1"], "v1@1", false, older("secrets")],
    ["newer, as a revert, with --allow-revert", ["v1"], "v1", true, reverts],
  ])("with replaced secrets %s", (_, before, now, allowRevert, expected) => {
    expect(standingOf(noted(...before), { ...files(now), formerSecrets: true }, allowRevert)).toEqual(expected);
  });

  test("not confused with a version named like a built-in", () => {
    expect(standingOf({ versions: { v1: 1 } }, files("constructor"))).toEqual(newer);
  });
});

describe("a note", () => {
  test("makes the version the newest, and keeps the others", () => {
    const ledger = noted("v1", "v2", "v1");
    expect(newestVersion(ledger)).toBe("v1");
    expect(Object.keys(ledger?.versions ?? {}).sort()).toEqual(["v1", "v2"]);
  });

  test("without a release keeps the noted one", () => {
    expect(noted("v1@3", "v2")?.release?.value).toBe("3");
  });

  test("with an allowed lower release makes it the release of the set", () => {
    expect(noted("v1@1", "v2@2", "v1@1")?.release?.value).toBe("1");
  });

  test("drops the oldest version only if there are very many", () => {
    const versions = Object.fromEntries(Array.from({ length: mostVersions }, (_, i) => [`v${i}`, i + 1]));
    const after = noteVersion({ versions }, files("new")).versions ?? {};
    expect(Object.keys(after)).toHaveLength(mostVersions);
    expect(after).not.toHaveProperty("v0");
    expect(after).toMatchObject({ v1: 2, new: mostVersions + 1 });
  });
});
