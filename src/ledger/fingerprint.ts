/** One fingerprint over all secrets of a set, so that a changed one is noticed without being kept. */
import { createHash, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import type { Fingerprint } from "./ledger.js";

export interface FingerprintedSecret {
  /** The step's id. */
  readonly id: string;
  /** JSON Pointer into the step. */
  readonly pointer: string;
  readonly value: string;
}

/**
 * 8 MiB, so that it fits into a container of 64 MiB beside Node.js (32 MiB did not: the container was killed). A guess
 * costs about one and a half times the CPU of CouchDB's own PBKDF2-SHA256 with 600,000 iterations, and memory besides;
 * and it has to get all secrets right at once.
 */
const cost = { n: 2 ** 13, r: 8, p: 12 } as const;
const length = 32;

const derive = promisify<Buffer, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** The derivations that a run has made: it looks several times, and they are most of what a look costs. */
export type Derivations = Map<string, Promise<Buffer>>;

function hashOf(
  secrets: Buffer,
  salt: Buffer,
  { n, r, p }: Pick<Fingerprint, "n" | "r" | "p">,
  derivations: Derivations,
): Promise<Buffer> {
  const of = createHash("sha256")
    .update(JSON.stringify([n, r, p]))
    .update(salt)
    .update(secrets)
    .digest("hex");
  const known = derivations.get(of);
  if (known !== undefined) return known;
  const hash = derive(secrets, salt, length, { N: n, r, p, maxmem: 128 * r * (n + p) + 2 ** 20 });
  derivations.set(of, hash);
  return hash;
}

/** Whether a guess at one made so costs no less than at one that is made now. */
export function isCostly({ n, r, p }: Fingerprint): boolean {
  return n * r * p >= cost.n * cost.r * cost.p;
}

/** One derivation, if it was not made before. With `given`: as that one was made, for comparison. Without: with a fresh salt. */
export async function fingerprintOf(
  secrets: readonly FingerprintedSecret[],
  given?: Pick<Fingerprint, "salt" | "n" | "r" | "p">,
  derivations: Derivations = new Map(),
): Promise<Fingerprint> {
  const { salt, n, r, p } = given ?? { salt: randomBytes(16).toString("base64"), ...cost };
  const hash = await hashOf(encode(secrets), Buffer.from(salt, "base64"), { n, r, p }, derivations);
  const ids = [...new Set(secrets.map((secret) => secret.id))].sort();
  return { ids, salt, hash: hash.toString("base64"), n, r, p };
}

/** Injective, and the same for every order: no two sets of secrets have the same encoding. */
function encode(secrets: readonly FingerprintedSecret[]): Buffer {
  const rows = secrets.map(({ id, pointer, value }) => JSON.stringify([id, pointer, value])).sort();
  return Buffer.from(`[${rows.join(",")}]`);
}
