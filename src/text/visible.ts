/**
 * Makes text from servers and files safe for a terminal: escapes everything that would move the cursor, or hide or
 * reorder text. This includes line ends: to show several lines, split the text first.
 */
export function visible(text: string): string {
  return text.replaceAll(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return short.get(character) ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`);
  });
}

/** Controls, line and paragraph separators, invisible and bidirectional formatting, tags, lone surrogates. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]/gu;

const short = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
