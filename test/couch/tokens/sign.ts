/** JSON Web Tokens for tests: keys of the three types that CouchDB knows, and what they sign. */
import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

export interface TokenKey {
  /** As `[jwt_keys]` of CouchDB's configuration has it. */
  readonly configured: readonly [name: string, value: string];
  sign(claims: Readonly<Record<string, unknown>>): string;
}

function key(type: string, alg: string, value: string, signature: (text: string) => Buffer): TokenKey {
  return {
    configured: [`${type}:${alg}`, value],
    sign(claims) {
      const text = [{ alg, typ: "JWT", kid: alg }, claims].map(encoded).join(".");
      return `${text}.${signature(text).toString("base64url")}`;
    },
  };
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const pem = (one: KeyObject) =>
  String(one.export({ type: "spki", format: "pem" }))
    .trim()
    .replaceAll("\n", "\\n");

export function hmacKey(): TokenKey {
  const secret = randomBytes(32);
  return key("hmac", "HS256", secret.toString("base64"), (text) => createHmac("sha256", secret).update(text).digest());
}

export function rsaKey(): TokenKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return key("rsa", "RS256", pem(publicKey), (text) => sign("sha256", Buffer.from(text), privateKey));
}

export function ecKey(): TokenKey {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const options = { key: privateKey, dsaEncoding: "ieee-p1363" } as const;
  return key("ec", "ES256", pem(publicKey), (text) => sign("sha256", Buffer.from(text), options));
}

/** The claims of a server admin. */
export function adminFor(seconds: number, sub = "pod"): Readonly<Record<string, unknown>> {
  return { sub, "_couchdb.roles": ["_admin"], exp: Math.floor(Date.now() / 1000) + seconds };
}
