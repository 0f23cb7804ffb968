/** Checks that this version can read the ledger in CouchDB. */
import { MigrateError } from "../contract/errors.js";
import { isObject, isStringArray } from "../text/json.js";
import type { Entry, Fingerprint, Ledger, StoredLedger } from "./ledger.js";
import type { LedgerPlace } from "./place.js";
import { withRoom } from "./room.js";

/** Fields that a later version added are kept. Throws `ledger-unreadable`. */
export function parseLedger(body: unknown, place: LedgerPlace): StoredLedger {
  const unreadable = (why: string): never => {
    const message = `the ledger of the set ${place.set} in ${place.database} can't be read: ${why}`;
    throw new MigrateError("ledger-unreadable", { message, data: { database: place.database, set: place.set, why } });
  };
  if (!isObject(body)) return unreadable("it is not an object");
  const { _id, _rev, ...ledger } = body;
  if (typeof _rev !== "string") return unreadable("it has no revision");
  if (ledger.formatVersion !== 1) return unreadable(`its formatVersion is ${JSON.stringify(ledger.formatVersion)}`);
  if (ledger.set !== place.set) return unreadable("it belongs to another set");
  if (ledger.environment !== undefined && typeof ledger.environment !== "string")
    return unreadable("its environment is not text");
  if (!isObject(ledger.entries)) return unreadable("it has no entries");
  const bad = Object.entries(ledger.entries).find(([, entry]) => !isEntry(entry));
  if (bad) return unreadable(`its entry ${JSON.stringify(bad[0])} is malformed`);
  if (ledger.fingerprint !== undefined && !isFingerprint(ledger.fingerprint))
    return unreadable("its fingerprint is malformed");
  if (ledger.versions !== undefined && !isPlaces(ledger.versions)) return unreadable("its versions are malformed");
  if (ledger.release !== undefined && !isRelease(ledger.release)) return unreadable("its release is malformed");
  if (ledger.nodes !== undefined && !isStringArray(ledger.nodes)) return unreadable("its nodes are malformed");
  if (ledger.server !== undefined && !isServer(ledger.server)) return unreadable("its server is malformed");
  const read = ledger as unknown as Ledger;
  return { ledger: { ...read, ...withRoom(read) }, rev: _rev };
}

function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { kind, checksum, former, formerly = [], claims = [], appliedAt, milliseconds, version, databases } = value;
  const { created = {} } = value;
  return (
    [kind, checksum, appliedAt, version].every((field) => typeof field === "string") &&
    isStringArray(formerly) &&
    isStringArray(claims) &&
    typeof milliseconds === "number" &&
    isStringArray(former) &&
    isObject(created) &&
    Object.values(created).every(isCreated) &&
    isObject(databases) &&
    isStringArray(Object.values(databases))
  );
}

function isCreated(value: unknown): boolean {
  return isObject(value) && typeof value.incarnation === "string" && isStringArray(value.objects);
}

/** Its cost is limited, so that a ledger can't make a run use up all memory. */
function isFingerprint(value: unknown): value is Fingerprint {
  if (!isObject(value)) return false;
  const { ids, salt, hash, n, r, p, former = [] } = value;
  const cost = [n, r, p].every((field) => Number.isInteger(field) && Number(field) > 0);
  const memory = 128 * Number(n) * Number(r);
  return (
    isStringArray(ids) &&
    isStringArray(former) &&
    typeof salt === "string" &&
    typeof hash === "string" &&
    cost &&
    memory <= 2 ** 25 &&
    Number(p) <= 16
  );
}

function isPlaces(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((place) => Number.isSafeInteger(place));
}

function isRelease(value: unknown): boolean {
  return isObject(value) && typeof value.value === "string" && Number.isSafeInteger(value.at);
}

function isServer(value: unknown): boolean {
  return isObject(value) && typeof value.id === "string" && ["string", "undefined"].includes(typeof value.plan);
}
