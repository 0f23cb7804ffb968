/** Finds secrets in text that someone else wrote: a server's reason, an exception's message. */
import { masked } from "./masked.js";
import { redactUrls, urlSecrets } from "./urls.js";

/**
 * Returns a function that replaces each secret with `***`, both as it is and in its encodings: URL-encoded, in JSON,
 * in HTML, in base64 (also as a part of a longer text, such as `name:password` in a Basic header), and in URLs in the
 * text. If a secret is a URL, the secrets in it are also replaced separately.
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const patterns = new Map<string, string>();
  for (const secret of [...secrets].flatMap((one) => [one, ...urlSecrets(one)])) {
    for (const form of formsOf(secret)) patterns.set(form, patternOf(form));
    for (const form of base64FormsOf(secret)) patterns.set(form, literal(form));
  }
  if (patterns.size === 0) return redactUrls;
  const longestFirst = [...patterns].sort(([a], [b]) => b.length - a.length).map(([, pattern]) => pattern);
  const pattern = new RegExp(longestFirst.join("|"), "gu");
  return (text) => redactUrls(text.replace(pattern, masked));
}

/**
 * Shorter secrets are only masked as whole words: a `***` in the middle of a common word would garble the text and
 * reveal the secret.
 */
export const shortestInWords = 8;
/** A shorter piece of base64 reveals almost nothing, and would match everywhere. */
const shortestBase64 = 4;

function patternOf(form: string): string {
  return form.length < shortestInWords ? `(?<![\\p{L}\\p{N}_])${literal(form)}(?![\\p{L}\\p{N}_])` : literal(form);
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
  const hex = (unit: string) => unit.charCodeAt(0).toString(16).padStart(4, "0");
  const ascii = json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${hex(unit)}`);
  // As other JSON encoders write it.
  const upperCase = json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${hex(unit).toUpperCase()}`);
  const texts = [secret, ...[json, ascii, upperCase].flatMap((one) => [one, one.replaceAll("/", "\\/")])];
  return [...texts, ...texts.flatMap(htmlFormsOf), encoded, lowerCase, form];
}

/** As a gateway's error page shows it; HTML has several notations for an apostrophe. */
function htmlFormsOf(text: string): string[] {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const quoted = ["&quot;", "&#34;"].map((quote) => escaped.replaceAll('"', quote));
  return [escaped, ...quoted.flatMap((one) => ["'", "&#39;", "&#x27;"].map((name) => one.replaceAll("'", name)))];
}

/** Half a surrogate pair can't be encoded, so it can't be in a URL. */
function encodeUri(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Base64 encodes groups of three bytes, so a text inside a longer one has one of three encodings, depending on its
 * offset; characters that it shares with its neighbours are omitted.
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
