import { describe, expect, test } from "vitest";
import { distinctNames, safeName, variableNames } from "../../src/import/names.js";

describe("names of files and ids", () => {
  test.each<[string, string | RegExp]>([
    ["zerglings", "zerglings"],
    ["tenant-1.a_b", "tenant-1.a_b"],
    ["a/b+c", /^a-b-c-[0-9a-f]{6}$/],
    ["_users", /^users-[0-9a-f]{6}$/],
    ["con", /^con-[0-9a-f]{6}$/],
    ["NUL.txt", /^NUL\.txt-[0-9a-f]{6}$/],
    ["..", /^[0-9a-f]{6}$/],
    ["ends.", /^ends-[0-9a-f]{6}$/],
    ["jürgen", /^jurgen-[0-9a-f]{6}$/],
    ["刃", /^[0-9a-f]{6}$/],
    ["x".repeat(200), /^x{80}-[0-9a-f]{6}$/],
  ])("%s", (name, expected) => {
    const safe = safeName(name);
    if (typeof expected === "string") expect(safe).toBe(expected);
    else expect(safe).toMatch(expected);
  });

  test("differ by more than their case", () => {
    const names = [...distinctNames(["Brood", "brood", "other"]).values()];
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(3);
    expect(names).toContain("other");
  });
});

describe("names of variables", () => {
  test.each<[string[], string[]]>([
    [["alice"], ["ALICE_PASSWORD"]],
    [["alice@example.com"], ["ALICE_EXAMPLE_COM_PASSWORD"]],
    [["1st"], ["USER_1ST_PASSWORD"]],
    // The variables of the connection.
    [["couchdb"], ["USER_COUCHDB_PASSWORD"]],
    [["couchdb.previous"], ["USER_COUCHDB_PREVIOUS_PASSWORD"]],
  ])("%s", (names, expected) => {
    expect([...variableNames(names).values()]).toEqual(expected);
  });

  test("of two users are never the same", () => {
    const names = [...variableNames(["a-b", "a.b", "刃", "剣"]).values()];
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[A-Z][A-Z0-9_]*_PASSWORD$/);
  });
});
