/**
 * Names that make a value secret: keys of CouchDB's configuration, further fields of users, parameters of URLs and of
 * replication filters. docs/secrets.md lists these names; a test compares the two.
 */

/** A name that contains one of these is secret, in upper or lower case and with any separator (`apiKey`, `API_KEY`). */
export const secretStems = [
  "password",
  "passwd",
  "passphrase",
  "passcode",
  "secret",
  "token",
  "credential",
  "apikey",
  "authkey",
  "accesskey",
  "privatekey",
  "signingkey",
  "encryptionkey",
  "sharedkey",
  "masterkey",
] as const;

/** Only these exact names are secret. */
export const secretNames = [
  "pass",
  "pwd",
  "totp",
  "otp",
  "pin",
  "bearer",
  "authorization",
  "sig",
  "signature",
] as const;

/**
 * A name with one of these words is about a secret, but is not secret itself: `password_scheme`, `proxy_use_secret`.
 */
export const harmlessWords = [
  "scheme",
  "prf",
  "iterations",
  "algorithm",
  "algorithms",
  "regexp",
  "pattern",
  "policy",
  "length",
  "timeout",
  "ttl",
  "age",
  "lifetime",
  "expires",
  "expiry",
  "expiration",
  "at",
  "date",
  "limit",
  "count",
  "size",
  "type",
  "header",
  "file",
  "path",
  "url",
  "uri",
  "endpoint",
  "issuer",
  "audience",
  "enabled",
  "required",
  "use",
  "uses",
  "require",
  "requires",
  "allow",
  "allows",
  "has",
  "is",
  "tokenizer",
  "secretary",
] as const;

/** Names in CouchDB's configuration that only look secret. This one contains the name of a header. */
export const harmlessNames = ["x_auth_token"] as const;

const harmless: ReadonlySet<string> = new Set(harmlessWords);
const exact: ReadonlySet<string> = new Set(secretNames);

export function isSecretName(name: string): boolean {
  const lower = name.toLowerCase();
  if (harmlessNames.some((one) => one === lower)) return false;
  const words = wordsOf(name);
  if (words.some((word) => harmless.has(word))) return false;
  const compact = words.join("");
  return exact.has(compact) || secretStems.some((stem) => compact.includes(stem));
}

/** `apiKey`, `API_KEY` and `api-key` consist of the words `api` and `key`. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** Even with a secret name, these two values are settings: `credentials: true`. */
export function isBooleanText(text: string): boolean {
  return text === "true" || text === "false";
}
