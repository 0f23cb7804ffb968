import { describe, expect, it } from "vitest";
import { canBeHidden, hidden, stagedForm } from "../../../src/objects/design-docs/planner.js";

const map = { fields: { owner: "asc" }, partial_filter_selector: {} };
const docOf = (options?: unknown, language = "query") => ({
  language,
  views: { v: { map, reduce: "_count", ...(options === undefined ? {} : { options }) } },
});
const byIndex = docOf({ def: { fields: ["owner"] } });

describe("whether a copy can be hidden from the query planner", () => {
  it.each<[string, object, boolean]>([
    ["what `_index` writes", byIndex, true],
    ["what an old `_index` writes", docOf({ def: { fields: ["owner"] }, w: 2 }), true],
    ["empty options", docOf({}), true],
    ["no options", docOf(), true],
    ["options that order the index", docOf({ collation: "raw" }), false],
    ["such options in another language", docOf({ collation: "raw" }, "javascript"), true],
  ])("%s", (_, doc, expected) => {
    expect(canBeHidden({ ...doc })).toBe(expected);
  });
});

describe("the staged form of a document", () => {
  it.each<[string, object, object[], object]>([
    ["has no definition in the options of its views", byIndex, [], docOf({})],
    ["is unchanged if another document has that index", byIndex, [{ ...byIndex }], byIndex],
    ["leaves a view without options unchanged", docOf(), [], docOf()],
    ["is unchanged if options order the index", docOf({ collation: "raw" }), [], docOf({ collation: "raw" })],
    ["is unchanged in another language", docOf({ def: 1 }, "javascript"), [], docOf({ def: 1 }, "javascript")],
  ])("%s", (_, doc, others, expected) => {
    expect(
      stagedForm(
        { ...doc },
        others.map((other) => ({ ...other })),
      ),
    ).toEqual(expected);
  });
});

it("a hidden copy has no view with empty options", () => {
  expect(hidden(docOf({}))).toEqual(docOf());
  expect(hidden(docOf({}, "javascript"))).toEqual(docOf({}, "javascript"));
});
