/** The last line of defence at the edges: text from servers and libraries passes here before it is shown. */

const mask = "***";

/** Up to the last `@` of the authority. */
const userinfo = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*@/gi;
/** A password with an unencoded slash ends the authority early: what follows the colon is then no port. */
const brokenUserinfo = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>:@]+:(?!\d+(?:[/?#\s"'<>]|$))[^\s"'<>]*@/gi;

/** `text` without the credentials of the URLs in it. */
export function redactUrl(text: string): string {
  return text.replace(brokenUserinfo, `$1${mask}@`).replace(userinfo, `$1${mask}@`);
}

/**
 * Replaces each secret by `***`, as it is and as it travels: URL-encoded, in JSON, in base64 (also as a part of a
 * longer text, such as `name:password` in a Basic header), and in the URLs of the text.
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) for (const form of formsOf(secret)) forms.add(form);
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  if (sorted.length === 0) return redactUrl;
  const pattern = new RegExp(sorted.map(patternOf).join("|"), "gu");
  return (text) => redactUrl(text.replace(pattern, mask));
}

/** Shorter ones are masked only where they stand alone, or else no text would be left. */
const shortest = 4;

function patternOf(form: string): string {
  const literal = form.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return form.length < shortest ? `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])` : literal;
}

function formsOf(secret: string): string[] {
  if (secret === "") return [];
  const encoded = encodeUri(secret);
  const lowerCase = encoded.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
  const form = encoded.replace(/%20/g, "+");
  return [secret, JSON.stringify(secret).slice(1, -1), encoded, lowerCase, form, ...base64FormsOf(secret)];
}

/** Half a surrogate pair can't be encoded, and can't travel in a URL. */
function encodeUri(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Base64 works on groups of three bytes, so a text inside a longer one comes out in one of three ways, by where it
 * begins; the characters that it shares with its neighbours are left out.
 */
function base64FormsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = [bytes.toString("base64"), bytes.toString("base64url")];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const inner = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    if (inner.length >= shortest) forms.push(inner, inner.replace(/\+/g, "-").replace(/\//g, "_"));
  }
  return forms;
}
