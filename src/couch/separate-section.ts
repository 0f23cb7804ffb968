/**
 * When CouchDB writes its ini file, it does not recognise the header of a section such as `[cors:http://example.com]`.
 * It then writes a new key of the section above into this one, and after a restart the key is in the wrong section. An
 * empty section between the two prevents this. Its header stays in the file when its only key is deleted.
 */
import type { Couch } from "./couch.js";
import type { Path } from "./path.js";

/**
 * Creates the empty section, if `section` needs one. For sections that do not exist yet.
 *
 * @param at the path of the empty section's key
 */
export async function separate(couch: Couch, section: string, at: (separator: string) => Promise<Path>): Promise<void> {
  const separator = separatorBefore(section);
  if (separator === undefined) return;
  const key = await at(separator);
  await couch.write("PUT", key, { body: "here", repeatable: true });
  await couch.write("DELETE", key, { accept: [404], repeatable: true });
}

/** `undefined`: CouchDB recognises the section itself. */
export function separatorBefore(section: string): string | undefined {
  if (/^[a-zA-Z0-9._-]*$/.test(section)) return undefined;
  return `before.${section.replaceAll(/[^a-zA-Z0-9_-]/g, (odd) => `.${odd.charCodeAt(0).toString(16)}`)}`;
}
