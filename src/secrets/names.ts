/**
 * What is secret by its name: keys of CouchDB's configuration, further fields of users, parameters of URLs and of
 * replication filters. docs/secrets.md lists these names; a test compares the two.
 */

/** A name that contains one of these is secret, whatever its case and whatever separates its words (`apiKey`, `API_KEY`). */
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

/** These are secret as they stand. */
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

/** With one of these words in it, a name speaks about a secret and is none: `password_scheme`, `proxy_use_secret`. */
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

/** Names of CouchDB's configuration that look secret. This one holds the name of a header. */
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

/** `apiKey`, `API_KEY` and `api-key` are the words `api` and `key`. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** Under a name that is secret, these two are settings all the same: `credentials: true`. */
export function isBooleanText(text: string): boolean {
  return text === "true" || text === "false";
}
