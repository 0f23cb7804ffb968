/** Characters of a text are found in its source, however the source is quoted. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isScalar, parseDocument } from "yaml";
import { rawOffset } from "../../src/text/raw-offset.js";

test.each<[string, string, string, Parameters<typeof rawOffset>[3], number]>([
  ["a JSON string", '"a\\n  b"', "a\n  b", "double", 6],
  ["a character written as an escape", '"\\u0041b"', "Ab", "double", 7],
  ["an escaped backslash before an n", '"\\\\nb"', "\\nb", "double", 4],
  ["a surrogate pair", '"\\ud83d\\ude00b"', "\u{1f600}b", "double", 13],
  ["YAML's long escape", '"\\U0001F600b"', "\u{1f600}b", "double", 11],
  ["a quote in single quotes", "'it''s b'", "it's b", "single", 7],
  ["a folded line", "a\n    b", "a b", "none", 6],
  ["an indented block", "  if (x) {\n    b\n  }", "if (x) {\n  b\n}", "none", 15],
])("b in %s", (_title, source, text, quoting, offset) =>
  expect(rawOffset(source, text, text.indexOf("b"), quoting)).toBe(offset),
);

test("the end of the text is the end of the source", () => {
  expect(rawOffset('"ab"', "ab", 9, "double")).toBe(3);
  expect(rawOffset("ab", "ab", 2, "none")).toBe(2);
});

const words = fc.array(
  fc.constantFrom("emit", "(", ")", "'", '"', "\\", "é", "\u{1f600}", " ", "  ", "\n", "\t", "#"),
  {
    minLength: 1,
  },
);

test("every visible character of a JSON string is found", () => {
  fc.assert(
    fc.property(words, (parts) => {
      const text = parts.join("");
      const source = JSON.stringify(text);
      for (const [i, char] of [...text].entries()) {
        if (!/\S/.test(char)) continue;
        const offset = [...text].slice(0, i).join("").length;
        const at = rawOffset(source, text, offset, "double");
        const shown = JSON.stringify(char).slice(1, -1);
        expect(source.slice(at, at + shown.length)).toBe(shown);
      }
    }),
  );
});

test.each(["BLOCK_LITERAL", "BLOCK_FOLDED", "QUOTE_SINGLE", "QUOTE_DOUBLE", "PLAIN"] as const)(
  "every letter of a YAML scalar is found: %s",
  (type) => {
    const written = "function (doc) {\n  if (doc.a) {\n\n    emit('b', 1);\n  }\n}\n";
    const document = parseDocument("key: text\n");
    const node = document.get("key", true);
    if (!isScalar(node)) throw new Error("not a scalar");
    node.value = written;
    node.type = type;
    const yaml = document.toString({ lineWidth: 20 });
    const again = parseDocument(yaml).get("key", true);
    if (!isScalar(again) || !again.range) throw new Error("not a scalar");
    const text = String(again.value);
    const [start, end] = again.range;
    const isBlock = again.type?.startsWith("BLOCK");
    const begin = isBlock ? yaml.indexOf("\n", start) + 1 : start;
    const quoting = again.type === "QUOTE_DOUBLE" ? "double" : again.type === "QUOTE_SINGLE" ? "single" : "none";
    for (const [i, letter] of [...text].entries()) {
      if (!/[a-z]/.test(letter)) continue;
      const at = begin + rawOffset(yaml.slice(begin, end), text, i, quoting);
      expect(yaml.slice(at, at + 1)).toBe(letter);
    }
  },
);
