/**
 * Describes what is wrong with the text of CouchDB's URL, as a phrase. Pure. It never quotes the text, which may
 * contain a password.
 */

/**
 * A character that ends the authority of a URL, followed by an `@`: it was meant to be in the user name or password.
 */
const unescaped = /^https?:\/\/[^/?#\\@]*([/?#\\]).*@/i;

export function urlFault(text: string | undefined): string | undefined {
  // The library's callers may pass a variable of the environment that is not set.
  if (typeof text !== "string") return "`url` is not set";
  const character = unescaped.exec(text.trim())?.[1];
  if (character !== undefined) {
    const escaped = `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
    return `the password in the URL contains \`${character}\`: write \`${escaped}\` instead, or use COUCHDB_USERNAME and COUCHDB_PASSWORD`;
  }
  if (!/^\s*https?:/i.test(text)) return "the URL needs http:// or https://, for example http://127.0.0.1:5984";
  if (!URL.canParse(text)) return "the value is not a URL; write it like http://couchdb:5984";
  const { search, hash, pathname } = new URL(text);
  if (/\/_utils(?:\/|$)/.test(pathname)) {
    return "the URL is that of Fauxton, CouchDB's web interface; remove `/_utils` and everything after it";
  }
  if (search || hash) return "the URL must not contain `?` or `#`";
  return undefined;
}
