/** The last line of defence at the edges: text from servers and libraries passes here before it is shown. */

import { urlCredentials } from "./migrations/secrets.js";

const mask = "***";

/** Bounded, so that a long word is not gone through again from each of its letters. */
const scheme = "[a-z][a-z0-9+.-]{0,30}://";
/** Up to the last `@` of the authority. */
const userinfo = new RegExp(`(${scheme})[^\\s/?#"'<>]*@`, "gi");
/** What a URL in running text can't hold. */
const word = /[^\s"'<>]+/g;
/** A password with an unencoded slash ends the authority early: what follows the colon is then no port. */
const brokenUserinfo = new RegExp(`(${scheme})[^/?#:@]+:(?!\\d+(?:[/?#]|$))`, "i");

/** `text` without the credentials of the URLs in it. In time that grows with its length: a server may have sent it. */
export function redactUrl(text: string): string {
  return text.replace(word, redactBroken).replace(userinfo, `$1${mask}@`);
}

function redactBroken(text: string): string {
  const end = text.lastIndexOf("@");
  const found = end === -1 ? null : brokenUserinfo.exec(text);
  if (!found || found.index + found[0].length > end) return text;
  return `${text.slice(0, found.index)}${found[1]}${mask}${text.slice(end)}`;
}

/**
 * Replaces each secret by `***`, as it is and as it travels: URL-encoded, in JSON, in base64 (also as a part of a
 * longer text, such as `name:password` in a Basic header), and in the URLs of the text. Of a secret that is a URL its
 * credentials are replaced on their own, too.
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const patterns = new Map<string, string>();
  for (const secret of [...secrets].flatMap((one) => [one, ...urlCredentials(one)])) {
    for (const form of formsOf(secret)) patterns.set(form, patternOf(form));
    for (const form of base64FormsOf(secret)) patterns.set(form, literal(form));
  }
  if (patterns.size === 0) return redactUrl;
  const longestFirst = [...patterns].sort(([a], [b]) => b.length - a.length).map(([, pattern]) => pattern);
  const pattern = new RegExp(longestFirst.join("|"), "gu");
  return (text) => redactUrl(text.replace(pattern, mask));
}

/**
 * Shorter ones are masked only where they stand alone: a `***` in the middle of a word that everybody knows would
 * spoil the text, and tell the secret.
 */
const shortestInWords = 8;
/** A shorter piece of base64 says next to nothing, and stands everywhere. */
const shortestBase64 = 4;

function patternOf(form: string): string {
  return form.length < shortestInWords ? `(?<![\\p{L}\\p{N}])${literal(form)}(?![\\p{L}\\p{N}])` : literal(form);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function formsOf(secret: string): string[] {
  if (secret === "") return [];
  const encoded = encodeUri(secret);
  const lowerCase = encoded.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
  const form = encoded.replace(/%20/g, "+");
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return [secret, json, ascii, encoded, lowerCase, form];
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
  if (secret === "") return [];
  const bytes = Buffer.from(secret);
  const forms = [bytes.toString("base64"), bytes.toString("base64url")];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const inner = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    if (inner.length >= shortestBase64) forms.push(inner, inner.replace(/\+/g, "-").replace(/\//g, "_"));
  }
  return forms;
}
