/**
 * Thousands of malicious migration files: nested deeper than a stack, aliases of aliases, keys of
 * prototypes, names that steer a terminal, endless names. Whatever they are, they are loaded, or refused with
 * problems that can be shown.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidInput, loadMigrations, MigrateError } from "../../src/index.js";
import { kinds } from "../../src/kinds/index.js";
import { errorSummary, errorText } from "../../src/render/error-text.js";
import { plain } from "../../src/render/style.js";
import { tempFolder } from "../support/temp.js";

const steering = [
  "\u001b[2J",
  "\u001b]0;owned\u0007",
  "\u009b31m",
  "\r",
  "\b\b",
  "\u202egnp",
  "\u2066",
  "\u200b",
  "\0",
  "\u2028",
  "\ud800",
];
const prototypes = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "<<"];

const name = fc.oneof(
  fc.constantFrom(...prototypes, "a", "_design/a", "tenant-*", "", " "),
  fc
    .tuple(fc.string({ maxLength: 3 }), fc.constantFrom(...steering), fc.string({ maxLength: 3 }))
    .map((parts) => parts.join("")),
  fc
    .constantFrom("a", "ä", "😀", "/", "\u001b")
    .chain((unit) => fc.integer({ min: 200, max: 20_000 }).map((n) => unit.repeat(n))),
);

const field = fc.oneof(name, fc.constantFrom(...kinds.flatMap(({ schema }) => Object.keys(schema.properties ?? {}))));

/** JSON, which is also YAML, whose fields may be called `__proto__`. */
const { tree } = fc.letrec<{ tree: string; leaf: string; list: string; map: string }>((tie) => ({
  leaf: fc.oneof(
    name.map((text) => JSON.stringify(text)),
    fc.constantFrom("null", "true", "-0", "1e999", ".nan", "0x1f"),
  ),
  list: fc.array(tie("tree"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
  map: fc
    .array(fc.tuple(field, tie("tree")), { maxLength: 4 })
    .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(", ")}}`),
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie("leaf"), tie("list"), tie("map")),
}));

const kind = fc.constantFrom(...kinds.map((one) => one.name));
const step = fc
  .tuple(name, kind, tree)
  .map(([id, kind, value]) => `- id: ${JSON.stringify(id)}\n  ${kind}: ${value}\n`);

/** What users may write freely: it is sent to CouchDB unchanged, or refused. */
const document = tree.map(
  (value) => `- id: a\n  ensureDocuments: { database: a, docs: [{ _id: a, any: ${value} }] }\n`,
);

/** Somewhere in a step, nested ever deeper, and closed again or not. */
const deep = fc
  .tuple(
    kind,
    fc.constantFrom(["[", "]"], ['{"a":', "}"], ["{? [", "]}"], ["- ", ""], ["!x [", "]"]),
    fc.integer({ min: 50, max: 5_000 }),
    fc.boolean(),
  )
  .map(
    ([kind, [open = "", close = ""], depth, closed]) =>
      `- id: a\n  ${kind}: ${open.repeat(depth)}${closed ? `1${close.repeat(depth)}` : ""}\n`,
  );

/** Each level names the one before several times: a few lines for more nodes than there are atoms. */
const aliases = fc
  .tuple(kind, fc.integer({ min: 2, max: 40 }), fc.integer({ min: 2, max: 12 }), fc.boolean())
  .map(([kind, levels, times, merging]) => {
    const lines = Array.from({ length: levels }, (_, i) => {
      const before = Array.from({ length: times }, () => (i === 0 ? "x" : `*a${i - 1}`)).join(", ");
      return merging ? `    k${i}: &a${i} { <<: [${i === 0 ? "{}" : before}] }` : `    k${i}: &a${i} [${before}]`;
    });
    return `- id: a\n  ${kind}:\n${lines.join("\n")}\n`;
  });

const itself = fc.constantFrom(
  "- &a { id: a, ensureDatabase: *a }\n",
  "&a [ *a ]\n",
  "- id: &a a\n  ensureDatabase: &b { name: *b }\n",
);

const text = fc.oneof(
  { weight: 5, arbitrary: fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join("")) },
  { weight: 2, arbitrary: document },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: aliases },
  { weight: 1, arbitrary: itself },
);

const steers = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028]|\u200b/u;

test("malicious files are loaded, or refused with a harmless message", async () => {
  const folder = await tempFolder();
  const file = join(folder, "001.yaml");
  const ends = { loaded: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      await writeFile(file, content);
      try {
        await loadMigrations(file, { env: {} });
        ends.loaded += 1;
      } catch (error) {
        // Even a bug of ours becomes a MigrateError once a command has caught it: here nothing has.
        expect(error).toBeInstanceOf(InvalidInput);
        expect(error).toBeInstanceOf(MigrateError);
        const refused = error as InvalidInput;
        expect(refused.problems.length).toBeGreaterThan(0);
        const shown = errorText(refused, plain);
        expect(shown.replaceAll("\n", "")).not.toMatch(steers);
        expect(errorSummary(refused)).not.toMatch(steers);
        ends.refused += 1;
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as { a?: unknown }).a).toBeUndefined();
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 150) },
  );
  expect(ends.loaded).toBeGreaterThan(0);
  expect(ends.refused).toBeGreaterThan(0);
}, 3_600_000);
