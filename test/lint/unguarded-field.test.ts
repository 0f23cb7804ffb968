/** Fields that the maps of a design document use, and those that they test. */
import { expect, test } from "vitest";
import { findingsIn } from "./examples.js";

async function found(bodies: Readonly<Record<string, string>>) {
  const views = Object.fromEntries(
    Object.entries(bodies).map(([name, body]) => [name, { map: `function (doc) { ${body} }` }]),
  );
  const yaml = "- id: a\n  ensureDesignDocs: { database: db, from: ../a.json }\n";
  const findings = await findingsIn({ "m/1.yaml": yaml, "a.json": JSON.stringify({ views }) });
  return findings.map(({ severity, message }) => ({ severity, message }));
}

test("a field that another view tests is a note, which names that view and all of the access", async () => {
  expect(await found({ a: "if (doc.a) emit(1)", b: "emit(doc.a.b.split('/')[0])" })).toEqual([
    { severity: "note", message: expect.stringMatching(/^the view `a` expects documents without `doc\.a\.b`;/) },
  ]);
});

test("a test of a longer access says nothing about a shorter one", async () => {
  expect(await found({ a: "if (doc.a && doc.a.b.c) emit(1)", b: "emit(doc.b.c)" })).toEqual([]);
  expect(await found({ a: "if (doc.x) if (doc.a.b) emit(1)", b: "emit(doc.a.b)" })).toEqual([]);
});

test("the value of a field in another view is not a test of its presence", async () => {
  expect(await found({ a: "if (doc.a === 'b') emit(1)", b: "emit(doc.a.b)" })).toEqual([]);
});

test("a field is found once in a design document, first where the same map tests it", async () => {
  expect(
    await found({ a: "emit(doc.a.b)", b: "if (!doc.a) x(); emit(doc.a.b); emit(doc.a.c)", c: "emit(doc.a.c)" }),
  ).toEqual([{ severity: "warning", message: expect.stringMatching(/^`doc\.a` is tested above, but not here:/) }]);
});
