import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ensureSecurity } from "../../src/kinds/ensure-security.js";
import type { StepFiles } from "../../src/steps/step-files.js";
import { contextOf, fakeCouch } from "./fake-couch.js";

type Spec = Parameters<NonNullable<typeof ensureSecurity.resolve>>[0];
const noFiles = {} as StepFiles;
const target = { database: "zerglings" };
const path = "/zerglings/_security";

async function desiredOf(spec: Omit<Spec, "database">) {
  const desired = await ensureSecurity.resolve?.({ database: "zerglings", ...spec }, noFiles);
  if (!desired) throw new Error("no resolve");
  return desired;
}

const names = (...list: string[]) => ({ names: list, roles: [] });

describe("diff", () => {
  const closed = { admins: { roles: ["_admin"] }, members: { roles: ["_admin"] } };

  it.each([
    ["the same in another order", { members: names("a", "b") }, { members: names("b", "a", "b") }, []],
    ["another name", { members: names("a") }, { members: names("b") }, ["/members/names"]],
    ["CouchDB's default", { admins: { roles: ["x"] } }, closed, ["/admins/roles", "/members/roles"]],
    ["nothing yet, and nothing declared", {}, {}, []],
    ["`readers`, the former name of `members`", { members: names("a") }, { readers: names("a") }, []],
    ["something else", { members: names("a") }, { members: names("a"), cloudant: { u: ["_reader"] } }, ["/cloudant"]],
    ["something else inside", { members: names("a") }, { members: { ...names("a"), x: 1 } }, ["/members/x"]],
    [
      "both `readers` and `members`",
      { members: names("a") },
      { members: names("a"), readers: names("b") },
      ["/readers"],
    ],
  ])("replace: %s", async (_, spec, observed, changed) => {
    const desired = await desiredOf(spec);
    const difference = ensureSecurity.diff(desired, observed, target);
    expect(difference.changes.map(({ path }) => path)).toEqual(changed);
    expect(difference.action).toBe(changed.length > 0 ? "update" : "none");
    if (difference.write) expect(difference.write).toEqual({ admins: desired.admins, members: desired.members });
  });

  it.each([
    ["already there", { members: names("a") }, { members: names("a", "b"), cloudant: {} }, []],
    ["one more", { members: names("c") }, { members: names("a") }, ["/members/names"]],
    ["alongside CouchDB's default", { members: names("c") }, closed, ["/members/names"]],
    ["alongside `readers`", { members: names("c") }, { readers: names("a") }, ["/members/names"]],
  ])("merge: %s", async (_, spec, observed, changed) => {
    const difference = ensureSecurity.diff(await desiredOf({ ...spec, mode: "merge" }), observed, target);
    expect(difference.changes.map(({ path }) => path)).toEqual(changed);
  });

  it("merge keeps what it does not name", async () => {
    const desired = await desiredOf({ members: { names: ["c"] }, mode: "merge" });
    const observed = { cloudant: { u: ["_reader"] }, admins: { roles: ["_admin"], x: 1 }, readers: { names: ["a"] } };
    expect(ensureSecurity.diff(desired, observed, target).write).toEqual({
      cloudant: { u: ["_reader"] },
      admins: { names: [], roles: ["_admin"], x: 1 },
      members: { names: ["a", "c"], roles: [] },
    });
  });

  it("creates if there is no database", async () => {
    expect(ensureSecurity.diff(await desiredOf({ members: names("a") }), undefined, target)).toMatchObject({
      action: "create",
      changes: [
        { path: "/admins", before: null },
        { path: "/members", before: null, after: names("a") },
      ],
    });
  });

  it.each([
    [{}, {}, 1],
    [{ members: names("a") }, {}, 0],
    [{ mode: "merge" as const }, { members: names("a") }, 0],
    [{ mode: "merge" as const }, {}, 1],
    [{ mode: "merge" as const }, undefined, 0],
  ])("warns if everybody may read and write: %j over %j", async (spec, observed, warnings) => {
    expect(ensureSecurity.diff(await desiredOf(spec), observed, target).warnings).toHaveLength(warnings);
  });
});

const set = fc.array(fc.constantFrom("a", "b", "c", "_admin", "__proto__"), { maxLength: 6 });
const section = fc.record({ names: set, roles: set }, { requiredKeys: [] });
const mode = fc.constantFrom("replace" as const, "merge" as const);
const spec = fc.record({ admins: section, members: section, mode }, { requiredKeys: [] });
const observed = fc.record(
  { admins: section, members: section, readers: section, other: fc.nat() },
  { requiredKeys: [] },
);

describe("for any `_security`", () => {
  it("the written object holds", () =>
    fc.assert(
      fc.asyncProperty(spec, observed, async (spec, observed) => {
        const desired = await desiredOf(spec);
        const { write } = ensureSecurity.diff(desired, observed, target);
        if (write) expect(ensureSecurity.diff(desired, write, target).action).toBe("none");
      }),
    ));

  it("neither order nor repetition is a difference", () =>
    fc.assert(
      fc.asyncProperty(spec, observed, async (spec, observed) => {
        const again = (value: typeof spec.admins) =>
          Object.fromEntries(Object.entries(value ?? {}).map(([key, list]) => [key, [...list, ...list].reverse()]));
        const turned = { ...spec, admins: again(spec.admins), members: again(spec.members) };
        expect(await desiredOf(turned)).toEqual(await desiredOf(spec));
        const other = { ...observed, ...(observed.admins ? { admins: again(observed.admins) } : {}) };
        const desired = await desiredOf(spec);
        expect(ensureSecurity.diff(desired, other, target)).toEqual(ensureSecurity.diff(desired, observed, target));
      }),
    ));

  it("merge removes nothing", () =>
    fc.assert(
      fc.asyncProperty(spec, observed, async (spec, observed) => {
        const { write = observed } = ensureSecurity.diff(await desiredOf({ ...spec, mode: "merge" }), observed, target);
        for (const key of ["admins", "members"] as const) {
          const before = observed[key] ?? (key === "members" ? observed.readers : undefined);
          const after = (write as typeof observed)[key] ?? (write as typeof observed).readers;
          for (const list of ["names", "roles"] as const) {
            expect(after?.[list] ?? []).toEqual(expect.arrayContaining([...(before?.[list] ?? [])]));
          }
        }
      }),
    ));
});

describe("observe and apply", () => {
  it("finds no database", async () => {
    expect(await ensureSecurity.observe(contextOf(fakeCouch(), await desiredOf({}), target))).toBeUndefined();
  });

  it("writes the whole object", async () => {
    const couch = fakeCouch();
    await ensureSecurity.apply({ members: names("a") }, contextOf(couch, await desiredOf({}), target));
    expect(couch.written).toEqual([{ method: "PUT", path, body: { members: names("a") } }]);
  });
});

it("claims each database that it names", async () => {
  const desired = await ensureSecurity.resolve?.({ database: ["b", "tenant-*", "b"] }, noFiles);
  expect(desired && ensureSecurity.claims(desired)).toEqual(["security/b", "security/tenant-*"]);
});
