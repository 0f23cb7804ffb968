/** How often the pattern, which has to be global, occurs. Without a list of the matches, which would need memory itself. */
export function occurrences(text: string, pattern: RegExp): number {
  let found = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) found += 1;
  return found;
}
