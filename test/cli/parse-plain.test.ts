/** The parser without yargs gives the same result as yargs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "../../src/commands/parse.js";
import { parsePlain } from "../../src/commands/parse-plain.js";

/** The arguments that were given: yargs also lists all others, as undefined. */
function given(argv: readonly string[], parsed = parse(argv, 100)) {
  if ("text" in parsed) return "text";
  const { command, flags, positionals } = parsed;
  return { command: command.name, flags: defined(flags), positionals: defined(positionals) };
}

const defined = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const taken = [
  "apply",
  "apply /migrations",
  "apply --verify migrations --wait 5s",
  "apply --url=http://couchdb:5984 --set one --log-format json",
  "apply --timeout 5m --allow-destroy",
  "plan",
  "plan /migrations --detailed-exitcode",
  "plan --format markdown --out plan.md --details",
];

test.each(taken)("%s: parsed without yargs", async (line) => {
  const argv = line.split(" ");
  const plain = await parsePlain(argv);
  expect(plain).toBeDefined();
  expect(given(argv, plain)).toEqual(given(argv));
});

const left = [
  "",
  "status",
  "plan --timeout 5m",
  "--verify apply",
  "apply --help",
  "apply -h",
  "apply one two",
  "apply --set",
  "apply --set -x",
  "apply --set a --set b",
  "apply --verify=true",
  "apply --verify true",
  "apply --no-verify",
  "apply --set='a b'",
  "apply --unknown",
  "apply -- one",
];

test.each(left)("%j: left to yargs", async (line) => {
  expect(await parsePlain(line.split(" "))).toBeUndefined();
});

test("whatever is parsed without yargs gives the same result as yargs", async () => {
  const words = [...taken, ...left].join(" ").split(" ");
  const word = fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 6 }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("apply", "plan"), fc.array(word, { maxLength: 6 }), async (command, more) => {
      const argv = [command, ...more];
      const plain = await parsePlain(argv);
      if (plain) expect(given(argv, plain)).toEqual(given(argv));
    }),
    { numRuns: 300 },
  );
});
