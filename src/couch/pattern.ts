/** Whether the text names many databases instead of one. */
export function isPattern(database: string): boolean {
  return database.includes("*");
}

/**
 * Returns a test for names that match a pattern, in which `*` stands for any text. CouchDB's own databases (`_…`)
 * never match.
 */
export function patternTest(pattern: string): (database: string) => boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return (database) => !database.startsWith("_") && database === first;
  return (database) => {
    if (database.startsWith("_") || !database.startsWith(first)) return false;
    const end = database.length - last.length;
    let at = first.length;
    // The earliest match is as good as any other, because it leaves the most text for the next parts. So nothing is
    // ever tried twice, unlike in a regular expression.
    for (const part of others) {
      const found = database.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at <= end && database.endsWith(last);
  };
}
