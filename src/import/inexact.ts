/** Integers of the server that JavaScript may have rounded: CouchDB keeps all of their digits. Pure. */

export const inexactReason = "it contains a number that is too large to be stored exactly";

export function isInexact(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21;
}

export function hasInexact(value: unknown): boolean {
  return typeof value === "object" && value !== null ? Object.values(value).some(hasInexact) : isInexact(value);
}
