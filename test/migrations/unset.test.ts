/**
 * Variables without a value: what is still checked, what is not, and that no run accepts a field whose value it needs.
 */
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { accept, apply, plan } from "../../src/index.js";
import { kinds } from "../../src/kinds/index.js";
import { secrecyAt } from "../../src/migrations/secrecy.js";
import { unsetNames } from "../../src/migrations/unset.js";
import { fromPointer, toPointer, valueAt } from "../../src/text/pointer.js";
import { load, loadStep, problemsOf } from "./support.js";

const unknown = { unset: "unknown" } as const;
const unknownSecrets = { unset: "unknown-secrets" } as const;
const codes = async (text: string, options: Parameters<typeof load>[1]) =>
  (await problemsOf(load({ "001.yaml": text }, options))).map(({ code }) => code);
const step = (text: string, id = "a") => `- id: ${id}\n  ${text}\n`;

describe("a variable without a value", () => {
  test.each<[string, string, "secret" | "plain"]>([
    ["a name", "ensureDatabase: { name: '${X}' }", "plain"],
    ["part of a name", "ensureDatabase: { name: 'A-${X}' }", "plain"],
    ["a number", "ensureDatabase: { name: hive, q: '${X}' }", "plain"],
    ["a boolean", "ensureDatabase: { name: hive, partitioned: '${X}' }", "plain"],
    ["a pattern, in a list", "ensureSecurity: { database: ['${X}', 'b-*'], admins: { roles: [a] } }", "plain"],
    ["one of several texts", "ensureDocuments: { database: hive, mode: '${X}', docs: [{ _id: a }] }", "plain"],
    ["items of a list", "ensureUser: { name: kerrigan, password: p, roles: ['${X}', '${Y}'] }", "plain"],
    ["a URL", "ensureReplication: { id: r, source: '${X}', target: 'http://hive/b' }", "plain"],
    ["a URL's login", "ensureReplication: { id: r, source: 'http://a:${X}@hive/a', target: 'http://hive/b' }", "plain"],
    ["the URL of an object", "ensureReplication: { id: r, source: { url: '${X}' }, target: 'http://hive/b' }", "plain"],
    [
      "any scalar",
      "ensureReplication: { id: r, source: 'http://h/a', target: 'http://h/b', query_params: { a: '${X}' } }",
      "plain",
    ],
    ["a configuration value", "ensureConfig: { log: { level: '${X}' } }", "plain"],
    ["a password", "ensureUser: { name: kerrigan, password: '${X}' }", "secret"],
    ["part of a secret", "ensureUser: { name: kerrigan, password: 'a${X}' }", "secret"],
    ["a secret in a file", "ensureUser: { name: kerrigan, password: '${file:/run/missing}' }", "secret"],
    ["an admin's password", "ensureAdmin: { name: overmind, password: '${X}' }", "secret"],
    ["a value that is secret by its name", "ensureConfig: { chttpd_auth: { secret: '${X}' } }", "secret"],
    ["a section of secrets", "ensureConfig: { jwt_keys: { 'hmac:a': '${X}' } }", "secret"],
    [
      "a parameter that is secret by its name",
      "ensureReplication: { id: r, source: 'http://h/a', target: 'http://h/b', query_params: { token: '${X}' } }",
      "secret",
    ],
    [
      "a header",
      "ensureReplication: { id: r, source: { url: 'http://h/a', headers: { Authorization: 'Bearer ${X}' } }, target: 'http://h/b' }",
      "secret",
    ],
  ])("%s: a problem, unless it may be unknown there", async (_, text, sort) => {
    const file = step(text);
    expect(new Set(await codes(file, {}))).toEqual(
      new Set([text.includes("file:") ? "missing-file" : "missing-variable"]),
    );
    const { unset } = await load({ "001.yaml": file }, unknown);
    expect(unset?.map(({ secret }) => secret)).toContain(sort === "secret");
    if (sort === "plain") expect(await codes(file, unknownSecrets)).toContain("missing-variable");
    else expect((await loadStep(file, unknownSecrets)).unknown).toHaveLength(1);
  });

  test.each(kinds.map((kind) => [kind.name, kind] as const))(
    "the example of %s may have an unset variable wherever variables are allowed",
    async (name, kind) => {
      const spec = parse(kind.example)[name];
      for (const pointer of placesOf(spec)) {
        if (!secrecyAt(kind.schema, pointer).schemas.some(({ variables }) => variables)) continue;
        const text = stringify([{ id: "a", [name]: withUnset(spec, pointer) }]);
        const files = { "001.yaml": text, "design/by-owner.json": "{}", "documents.ndjson": '{"_id":"a"}\n' };
        expect(unsetNames((await load(files, unknown)).unset), pointer).toContain("UNSET");
      }
    },
  );
});

describe("if values may be unknown", () => {
  test("everything else is checked", async () => {
    const text = "ensureUser: { name: '${X}', password: '${Y}', rolls: [], fields: { type: a } }";
    expect(await codes(step(text), unknown)).toEqual(["unknown-field"]);
    expect(await codes(step(text.replace("rolls", "roles")), unknown)).toEqual(["reserved-field"]);
    const from = "ensureDocuments: { database: '${X}', from: missing.json }";
    expect(await codes(step(from), unknown)).toEqual(["missing-file"]);
  });

  test("known objects are claimed once, and unknown ones are not reported", async () => {
    const user = (name: string, id: string) => step(`ensureUser: { name: '${name}', password: '\${X}' }`, id);
    expect(await codes(user("a", "first") + user("a", "second"), unknown)).toEqual(["claimed-twice"]);
    await load({ "001.yaml": user("${A}", "a1") + user("${B}", "b1") + user("${A}", "a2") }, unknown);
  });

  test("the ids in a database that may or may not be partitioned are not checked", async () => {
    const made = step("ensureDatabase: { name: hive, partitioned: '${X}' }");
    const filled = step("ensureDocuments: { database: hive, docs: [{ _id: a }] }", "b");
    await load({ "001.yaml": made + filled }, unknown);
  });

  test.each([
    ["a file that is not for a secret", "ensureDatabase: { name: '${file:/run/missing}' }", {}, "missing-file"],
    [
      "a file that a variable names",
      "ensureUser: { name: a, password: '${X}' }",
      { X_FILE: "/run/missing" },
      "missing-file",
    ],
    ["a path that is not a file", "ensureUser: { name: a, password: '${file:/}' }", {}, "not-a-file"],
    ["text that is not a variable", "ensureUser: { name: a, password: '${X:=a}' }", {}, "bad-variable"],
    [
      "both a value and a file",
      "ensureUser: { name: a, password: '${X}' }",
      { X: "a", X_FILE: "b" },
      "ambiguous-variable",
    ],
    ["a value that is wrong", "ensureDatabase: { name: '${X}', q: '${Y}' }", { X: "A" }, "bad-value"],
  ])("%s is still a problem", async (_, text, env, code) => {
    expect(await codes(step(text), { env, ...unknown })).toEqual([code]);
  });

  test("a default replaces an unset variable", async () => {
    const { unset, steps } = await load({ "001.yaml": step("ensureUser: { name: a, password: '${X:-b}' }") }, unknown);
    expect(unset).toBeUndefined();
    expect(steps[0]?.desired).toMatchObject({ password: "b" });
  });

  test("a step has the same checksum as with the value, even if it uses another variable as well", async () => {
    const text = [
      step("ensureUser: { name: a, password: 'x${X}${Y}' }"),
      step("ensureConfig: { chttpd_auth: { secret: '${X}' }, log: { file: '${Y}' } }", "b"),
    ].join("");
    const sums = async (env: Record<string, string>) =>
      (await load({ "001.yaml": text }, { env, ...unknownSecrets })).steps.map(({ checksum }) => checksum);
    expect(await sums({ Y: "same" })).toEqual(await sums({ X: "value", Y: "same" }));
  });

  test("an unknown secret is not among the step's secrets, and its location is known", async () => {
    const one = await loadStep(step("ensureUser: { name: a, password: '${X}' }"), unknownSecrets);
    expect(one).toMatchObject({ shown: { password: "***" }, unknown: ["/password"], secrets: new Map() });
  });
});

describe("needs every value:", () => {
  const connection = { url: "http://127.0.0.1:1" };
  const secret = step("ensureUser: { name: a, password: '${X}' }");
  test.each([
    ["apply", secret, unknownSecrets, (set: Set) => apply(set, { connection })],
    ["accept", secret, unknownSecrets, (set: Set) => accept("a", set, { connection })],
    [
      "plan, except for secrets",
      step("ensureDatabase: { name: '${X}' }"),
      unknown,
      (set: Set) => plan(set, { connection }),
    ],
  ])("%s", async (_, text, options, run) => {
    const problems = await problemsOf(run(await load({ "001.yaml": text }, options)));
    expect(problems).toMatchObject([{ code: "missing-variable", line: 2, message: expect.stringContaining("`X`") }]);
  });
});

type Set = Awaited<ReturnType<typeof load>>;

function placesOf(value: unknown, at: readonly (string | number)[] = []): string[] {
  if (typeof value !== "object" || value === null) return [toPointer(at)];
  return Object.entries(value).flatMap(([key, child]) => placesOf(child, [...at, key]));
}

function withUnset(spec: unknown, pointer: string): unknown {
  const copy = structuredClone(spec);
  const path = fromPointer(pointer);
  const above = valueAt(copy, toPointer(path.slice(0, -1))) as Record<string, unknown>;
  above[path.at(-1) ?? ""] = "${UNSET}";
  return copy;
}
