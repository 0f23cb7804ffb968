/** Which tests run, by their names. Pure. */

/**
 * @param text part of the name in any case, or a regular expression between slashes, with its flags. `undefined`: it
 * is not a valid expression.
 */
export function nameFilter(text: string): ((name: string) => boolean) | undefined {
  const [, source, flags] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? [];
  if (source === undefined) {
    const part = text.toLowerCase();
    return (name) => name.toLowerCase().includes(part);
  }
  try {
    const pattern = new RegExp(source, (flags ?? "").replaceAll(/[gy]/g, ""));
    return (name) => pattern.test(name);
  } catch {
    return undefined;
  }
}
