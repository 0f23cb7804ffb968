import { expect, it } from "vitest";
import { partOf } from "../../src/commands/part.js";
import { resolveSettings } from "../../src/settings/resolve.js";

const good: [text: string, index: string | undefined, expected: { number: number; of: number }][] = [
  ["2/4", undefined, { number: 2, of: 4 }],
  ["1/1", undefined, { number: 1, of: 1 }],
  ["2/4", "0", { number: 2, of: 4 }],
  ["index/4", "0", { number: 1, of: 4 }],
  ["index/4", "3", { number: 4, of: 4 }],
  ["100/100", undefined, { number: 100, of: 100 }],
];
it.each(good)("%s with index %s", (text, index, expected) =>
  expect(partOf(text, { JOB_COMPLETION_INDEX: index })).toEqual(expected),
);

const bad: [text: string, index: string | undefined, message: RegExp, next?: RegExp][] = [
  ["5/4", undefined, /no part 5 of 4/],
  ["1/101", undefined, /too many parts/],
  ["index/4", undefined, /JOB_COMPLETION_INDEX, which is not set/, /completionMode: Indexed/],
  ["index/4", "4", /not an index of 4 parts/, /completions/],
  ["index/4", "x", /not an index of 4 parts/],
];
it.each(bad)("%s with index %s is wrong", (text, index, message, next) => {
  const part = () => partOf(text, { JOB_COMPLETION_INDEX: index });
  expect(part).toThrow(message);
  if (next)
    expect(part).toThrow(expect.objectContaining({ code: "invalid-settings", next: expect.stringMatching(next) }));
});

it.each(["0/4", "1", "1/0", "/4", "-1/4", "1/4/2", "Index/4"])(
  "--part %s is reported as an invalid setting",
  async (part) => {
    const { problems } = await resolveSettings("apply", { part }, {});
    expect(problems).toEqual([expect.stringContaining("index/4")]);
  },
);
