/** One fingerprint over all secrets of a set, to notice a change without storing the secrets. */
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
 * 8 MiB, so that it fits into a container of 64 MiB together with Node.js (with 32 MiB, the container was killed). A
 * guess costs about one and a half times the CPU time of CouchDB's own PBKDF2-SHA256 with 600,000 iterations, plus
 * memory; and it has to guess all secrets at the same time.
 */
const cost = { n: 2 ** 13, r: 8, p: 12 } as const;
const length = 32;

const derive = promisify<Buffer, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** The keys that a run has derived: it checks several times, and deriving takes most of that time. */
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

/** Whether a guess at a fingerprint made like this costs at least as much as at one made now. */
export function isCostly({ n, r, p }: Fingerprint): boolean {
  return n * r * p >= cost.n * cost.r * cost.p;
}

/**
 * Derives one key, unless it was derived before. With `given`: with the same parameters, for comparison. Without:
 * with a new salt.
 */
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

/** Injective, and the same for every order: two different sets of secrets never have the same encoding. */
function encode(secrets: readonly FingerprintedSecret[]): Buffer {
  const rows = secrets.map(({ id, pointer, value }) => JSON.stringify([id, pointer, value])).sort();
  return Buffer.from(`[${rows.join(",")}]`);
}
