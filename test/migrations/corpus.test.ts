import { basename } from "node:path";
import { expect, test } from "vitest";
import { type Broken, broken } from "./corpus/broken.js";
import { load, problemsOf } from "./support.js";

test.each(broken.map((input) => [input.name, input] as const))("%s", async (_, input) => {
  const problems = await problemsOf(load(input.files ?? { "001.yaml": input.text ?? "" }, { env: input.env ?? {} }));
  const said = problems.map(({ file, code, line, column }) => {
    const name = input.files ? `${basename(file)} ` : "";
    return `${name}${code} ${line}:${column}`;
  });
  expect(withoutPlaces(said, input)).toEqual(input.problems);
  if (input.says) expect(problems[0]?.message).toContain(input.says);
  for (const { message, text = "" } of problems) expect(message + text).not.toMatch(/\p{Cc}|hunter2/u);
});

/** A case without locations expects the code, however often it appears. */
function withoutPlaces(said: readonly string[], { problems }: Broken): readonly string[] {
  if (problems.some((problem) => problem.includes(":"))) return said;
  return [...new Set(said.map((problem) => problem.replace(/ \d+:\d+$/, "")))];
}
