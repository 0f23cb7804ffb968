import { expect, it } from "vitest";
import { selectorWarning } from "../../../src/objects/design-docs/selector-warning.js";

const selector = { language: "query", validate_doc_update: { newDoc: { type: "zergling" } } };

it.each([
  ["a selector, before 3.6", selector, "3.5.2", true],
  ["a selector, from 3.6 on", selector, "3.6.0", false],
  ["a function", { validate_doc_update: "function (newDoc) {}" }, "3.5.2", false],
  ["a selector, if the version was not asked", selector, undefined, false],
])("%s", (_, desired, version, warned) => {
  const compared = { name: "v", desired, stored: undefined, changes: [], rebuilds: false };
  expect(selectorWarning(compared, version).map(({ code }) => code)).toEqual(warned ? ["selector-not-supported"] : []);
});
