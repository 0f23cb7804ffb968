/** Whether CouchDB's `version` is `minimum` (`3.4`) or newer; a suffix (`+cloudant`) is ignored. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [is, wanted] = [numbers(version), numbers(minimum)];
  for (const [i, part] of wanted.entries()) {
    const own = is[i] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

function numbers(version: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? "0").split(".").map(Number);
}
