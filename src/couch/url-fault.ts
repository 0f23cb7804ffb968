/** What is wrong with the text of CouchDB's URL, as a phrase. Pure. It quotes nothing: the text may hold a password. */

/** A character that ends the authority of a URL, and an `@` behind it: then it was meant to be in the user name or password. */
const unescaped = /^https?:\/\/[^/?#\\@]*([/?#\\]).*@/i;

export function urlFault(text: string): string | undefined {
  const character = unescaped.exec(text.trim())?.[1];
  if (character !== undefined) {
    const escaped = `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
    return `the password in the URL holds \`${character}\`: write \`${escaped}\` for it, or use COUCHDB_USERNAME and COUCHDB_PASSWORD`;
  }
  if (!URL.canParse(text)) return "the value is not a URL; write `http://couchdb:5984`";
  const { protocol, search, hash, pathname } = new URL(text);
  if (protocol !== "http:" && protocol !== "https:") return "the URL must begin with http:// or https://";
  if (/\/_utils(?:\/|$)/.test(pathname)) {
    return "the URL leads to Fauxton, CouchDB's web interface; leave out `/_utils` and what follows it";
  }
  if (search || hash) return "the URL must end with the path: no `?` and no `#`";
  return undefined;
}
