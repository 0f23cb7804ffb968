/** How deeply values from a file or a server may be nested. */

/**
 * More levels than any real document needs, and less than half of what fits on Node.js's stack (measured with
 * --stack-size: plans and imports of documents this deep fail below 450, the default is 984). Also low enough for the
 * YAML parser, which takes minutes for a megabyte of `[`. Near the end of the stack V8 may abort the process, which
 * no `catch` can prevent (it happens when it has to compile a regular expression there).
 */
export const maxNesting = 500;

/**
 * The same for a request or response: a document in it is wrapped in a few more levels, as in `{"results": [{"docs":
 * [{"ok": …}]}]}`.
 */
export const mostInMessage = maxNesting + 8;

/** Whether a parsed value is nested more deeply than that. Not recursive. */
export function isTooDeep(value: unknown, most = maxNesting): boolean {
  let level = isParent(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((parent) => Object.values(parent).filter(isParent));
  }
  return false;
}

function isParent(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The same for a text that is known to be valid JSON; takes a third of the time of parsing. */
export function isTextTooDeep(json: string, most: number): boolean {
  // Each level needs at least one character.
  if (json.length <= most) return false;
  let depth = 0;
  for (let i = 0; i < json.length; i += 1) {
    const code = json.charCodeAt(i);
    if (code === quote) i = endOfString(json, i);
    else if (code === openBracket || code === openBrace) depth += 1;
    else if (code === closeBracket || code === closeBrace) depth -= 1;
    if (depth > most) return true;
  }
  return false;
}

const [quote, backslash] = [34, 92];
const [openBracket, closeBracket, openBrace, closeBrace] = [91, 93, 123, 125];

/** The end of the string that starts there: the first quote with an even number of backslashes before it. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let before = end - 1;
    while (json.charCodeAt(before) === backslash) before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
  return json.length;
}
