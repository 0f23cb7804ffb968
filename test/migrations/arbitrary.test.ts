import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidInput } from "../../src/contract/problem.js";
import { kinds } from "../../src/kinds/index.js";
import { loadMigrations } from "../../src/migrations/load.js";
import { tempFolder } from "../support/temp.js";
import { kinds as own } from "./kinds.js";

/** Fragments of migration files, so that a fair share of the generated texts gets past the parser. */
const pieces = [
  ...[
    "- id: a\n",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "  ",
    "\t",
    ": ",
    "? ",
    ", ",
    "---\n",
    "...\n",
    "# x\n",
    "%YAML 1.1\n",
  ],
  ...["&a ", "*a", "<<", "!!str ", "!x ", "|\n", ">-\n", '"', "'", "{ ", " }", "[", "]", "~", "null", "true", "yes"],
  ...["1", "-0", ".inf", "1e999", "0x1", "\\ud800", "😀", "\ud800", "\0", "\r", "\ufeff", "\u2028"],
  ...["__proto__: ", "constructor: ", "toString: ", "id: ", "description: ", "name: ", "database: ", "allowDestroy: "],
  ...["${", "}", "${NAME}", "${MISSING}", "${file:x}", "$${", ":-", "https://a:b@c"],
  ...[...kinds, ...own].flatMap(({ name, schema }) => [
    `  ${name}: `,
    `- id: a\n  ${name}: { `,
    ...Object.keys(schema.properties ?? {}).flatMap((field) => [`${field}: `, `${field}: a, `, `\n    ${field}: a`]),
  ]),
];

const text = fc.oneof(
  { weight: 5, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
);

test("any text is loaded, or refused with problems that have a location", async () => {
  const folder = await tempFolder();
  const file = join(folder, "001.yaml");
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      await writeFile(file, content);
      try {
        const { steps } = await loadMigrations(file, { env: { NAME: "a" }, kinds: [...kinds, ...own] });
        expect(steps.length).toBeGreaterThan(0);
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        expect(error.problems.length).toBeGreaterThan(0);
        for (const { line, column, message } of error.problems) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(message).not.toMatch(/[\p{Cc}\p{Cs}]/u);
        }
      }
    }),
    { numRuns: 500 },
  );
});
