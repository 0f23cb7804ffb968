import { describe, expect, it } from "vitest";
import { MigrateError } from "../../src/contract/errors.js";
import { matchesUser, userHashFor } from "../../src/couch/password-hash.js";
import { ensureUser } from "../../src/kinds/ensure-user.js";
import type { StepFiles } from "../../src/steps/step-files.js";
import { contextOf, type FakeCouch, type FakeOptions, fakeCouch } from "./fake-couch.js";

type Spec = Parameters<NonNullable<typeof ensureUser.resolve>>[0];

const path = "/_users/org.couchdb.user%3Akerrigan";
const password = " a✓ ";
// The old format, of ten iterations: cheap to derive.
const hash = await userHashFor("3.3.0", password);
const stored = { _id: "org.couchdb.user:kerrigan", _rev: "3-abc", type: "user", name: "kerrigan", roles: ["zerg"] };

async function desiredOf(spec: Omit<Spec, "name">) {
  const desired = await ensureUser.resolve?.({ name: "kerrigan", ...spec }, {} as StepFiles);
  if (!desired) throw new Error("no resolve");
  return desired;
}

const server = (doc: object | undefined, options: FakeOptions = {}): FakeCouch =>
  fakeCouch({ version: "3.3.0", reads: doc ? { [path]: doc } : {}, ...options });

async function differenceOf(spec: Omit<Spec, "name">, doc: object | undefined) {
  const desired = await desiredOf(spec);
  return ensureUser.diff(desired, await ensureUser.observe(contextOf(server(doc), desired)));
}

/** The document that the step writes over this one. */
async function written(spec: Omit<Spec, "name">, doc: object | undefined): Promise<Record<string, unknown>> {
  const couch = server(doc);
  const context = contextOf(couch, await desiredOf(spec));
  const { write } = ensureUser.diff(context.desired, await ensureUser.observe(context));
  if (write) await ensureUser.apply(write, context);
  expect(couch.written).toMatchObject([{ method: "PUT", path }]);
  return couch.written[0]?.body as Record<string, unknown>;
}

describe("diff", () => {
  const masked = "***";
  it.each<[string, Omit<Spec, "name">, object, object[]]>([
    ["the same", { password, roles: ["zerg"] }, { ...stored, ...hash }, []],
    ["the same roles in another order", { roles: ["b", "a", "b"] }, { ...stored, roles: ["a", "b"] }, []],
    ["no password declared", { roles: ["zerg"] }, stored, []],
    ["other fields that are not named", { roles: ["zerg"] }, { ...stored, email: "x", _attachments: {} }, []],
    [
      "the same fields in another order",
      { roles: ["zerg"], fields: { f: { a: 1, b: 2 } } },
      { ...stored, f: { b: 2, a: 1 } },
      [],
    ],
    ["a negative zero, whose sign CouchDB drops", { roles: ["zerg"], fields: { f: -0 } }, { ...stored, f: 0 }, []],
    ["another role", { roles: ["queen"] }, stored, [{ path: "/roles", before: ["zerg"], after: ["queen"] }]],
    ["no roles", {}, stored, [{ path: "/roles", before: ["zerg"], after: [] }]],
    [
      "another field",
      { roles: ["zerg"], fields: { "a/b": [1] } },
      { ...stored, "a/b": [2] },
      [{ path: "/fields/a~1b", before: [2], after: [1] }],
    ],
    [
      "a new field",
      { roles: ["zerg"], fields: { constructor: 1 } },
      stored,
      [{ path: "/fields/constructor", before: null, after: 1 }],
    ],
    [
      "another password",
      { password: "another", roles: ["zerg"] },
      { ...stored, ...hash },
      [{ path: "/password", before: masked, after: masked }],
    ],
    [
      "a document without a password",
      { password, roles: ["zerg"] },
      stored,
      [{ path: "/password", before: null, after: masked }],
    ],
  ])("%s", async (_, spec, doc, changes) => {
    const difference = await differenceOf(spec, doc);
    expect(difference.changes).toEqual(changes);
    expect(difference.action).toBe(changes.length > 0 ? "update" : "none");
  });

  it("creates, and shows no password", async () => {
    expect(await differenceOf({ password, roles: ["zerg"], fields: { email: "x" } }, undefined)).toMatchObject({
      action: "create",
      changes: [
        { path: "/name", before: null, after: "kerrigan" },
        { path: "/password", before: null, after: masked },
        { path: "/roles", before: null, after: ["zerg"] },
        { path: "/fields/email", before: null, after: "x" },
      ],
    });
  });

  it("refuses to create without a password", async () => {
    const difference = await differenceOf({ roles: ["zerg"] }, undefined);
    expect(difference).toMatchObject({ action: "refused", refusals: [{ code: "user-without-password" }] });
    expect(difference.write).toBeUndefined();
  });

  it("says that CouchDB refuses a login with conflicting revisions", async () => {
    const { action, warnings } = await differenceOf({ roles: ["zerg"] }, { ...stored, _conflicts: ["2-x"] });
    expect({ action, warnings }).toEqual({
      action: "none",
      warnings: [{ code: "user-in-conflict", user: "kerrigan" }],
    });
  });
});

describe("apply", () => {
  it("keeps the hash and everything else if roles change", async () => {
    const doc = { ...stored, ...hash, email: "x", _attachments: { a: { stub: true } }, _conflicts: ["2-x"] };
    const { _conflicts, ...kept } = doc;
    expect(await written({ password, roles: ["queen"], fields: { f: 1 } }, doc)).toEqual({
      ...kept,
      roles: ["queen"],
      f: 1,
    });
  });

  it.each([
    ["another hash", hash],
    ["an old hash", { password_scheme: "simple", password_sha: "00", salt: "s" }],
    ["a plain password", { password: "plain", preserve_salt: true }],
  ])("replaces all of %s with a hash with a new salt", async (_, former) => {
    const body = await written({ password: "another", roles: ["zerg"] }, { ...stored, ...former, email: "x" });
    const { password_scheme, salt, iterations, derived_key, ...others } = body;
    expect(others).toEqual({ ...stored, email: "x" });
    expect(await matchesUser(body, "another")).toBe(true);
    expect(salt).not.toBe(hash.salt);
  });

  it("creates without a revision, and sends no password", async () => {
    const body = await written({ password, roles: ["zerg"] }, undefined);
    expect(body).toMatchObject({ type: "user", name: "kerrigan", roles: ["zerg"] });
    expect(body).not.toHaveProperty("_rev");
    expect(JSON.stringify(body)).not.toContain(password);
  });

  it.each([
    ["Database does not exist.", "step-failed", "_users"],
    ["missing", "missing-permission", "server admin"],
  ])("a 404 that says `%s` is %s", async (reason, code, message) => {
    const reply = () => ({ status: 404, body: { error: "not_found", reason } });
    const couch = server(undefined, { writes: { [`PUT ${path}`]: reply } });
    const applied = ensureUser.apply({ setPassword: true }, contextOf(couch, await desiredOf({ password })));
    await expect(applied).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("leaves a conflict to a second attempt", async () => {
    const conflict = () => new MigrateError("conflict", { message: "409" });
    const couch = server(undefined, { writes: { [`PUT ${path}`]: conflict } });
    const applied = ensureUser.apply({ setPassword: true }, contextOf(couch, await desiredOf({ password })));
    await expect(applied).rejects.toMatchObject({ code: "conflict" });
  });
});

it.each(["name", "type", "roles", "password", "derived_key", "salt", "_id", "_attachments"])(
  "%s is not allowed as a field",
  (key) => {
    const problems = ensureUser.check?.spec?.({ name: "kerrigan", fields: { [key]: "x", email: "x" } });
    expect(problems).toMatchObject([{ path: `/fields/${key}`, code: "reserved-field" }]);
  },
);
