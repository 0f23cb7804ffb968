/** Each rule, by its own examples. */
import { expect, test } from "vitest";
import { rules } from "../../src/lint/rules/index.js";
import { findingsIn } from "./examples.js";

const cases = rules.map((rule) => [rule.id, rule] as const);

test.each(cases)("%s: the bad example has a finding of this rule only", async (id, { bad, couchdb, severity }) => {
  const findings = await findingsIn(bad.yaml, couchdb === undefined ? {} : { couchdb });
  expect(findings.length).toBeGreaterThan(0);
  expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set([id]));
  expect(findings[0]).toMatchObject({ severity, file: "m/1.yaml" });
});

test.each(cases)("%s: the good example has no finding", async (_id, { good, couchdb }) => {
  expect(await findingsIn(good.yaml, couchdb === undefined ? {} : { couchdb })).toEqual([]);
});

test("ids are unique, in kebab-case, and describe themselves", () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const { id, summary, reason } of rules) {
    expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    expect(summary).not.toMatch(/\.$/);
    expect(reason).toMatch(/\.$/);
  }
});
