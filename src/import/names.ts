/**
 * Derives names of files, ids and variables from the names on a server. Pure; the same name always gives the same
 * result.
 */
import { createHash } from "node:crypto";

const longest = 80;

/**
 * A name that works on any file system and as a step's id. A name that has to be changed gets a few characters of its
 * hash.
 */
export function safeName(name: string): string {
  if (isSafe(name)) return name;
  const words = ascii(name)
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")
    .slice(0, longest);
  return [words, digest(name)].filter(Boolean).join("-");
}

/** Safe names for a group, which differ by more than upper and lower case. */
export function distinctNames(names: readonly string[]): ReadonlyMap<string, string> {
  return distinct(names, safeName, (name) => `${safeName(name)}-${digest(name)}`);
}

/** Variables by name: `ALICE_PASSWORD`. Never the names of the connection's variables. */
export function variableNames(names: readonly string[], suffix = "PASSWORD"): ReadonlyMap<string, string> {
  const made = (name: string, more = "") => [variableWord(name), more, suffix].filter(Boolean).join("_");
  return distinct(
    names,
    (name) => made(name),
    (name) => made(name, digest(name).toUpperCase()),
  );
}

/** A part of a variable name. */
export function variableWord(name: string): string {
  const word = ascii(name)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, longest);
  if (word === "") return `USER_${digest(name).toUpperCase()}`;
  return /^\d|^COUCHDB(?:_|$)/.test(word) ? `USER_${word}` : word;
}

/** Windows reserves these names for devices, with any extension. */
export function isDevice(name: string): boolean {
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name);
}

export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function distinct(
  names: readonly string[],
  short: (name: string) => string,
  long: (name: string) => string,
): ReadonlyMap<string, string> {
  const times = new Map<string, number>();
  for (const name of names) {
    const key = short(name).toLowerCase();
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return new Map(names.map((name) => [name, times.get(short(name).toLowerCase()) === 1 ? short(name) : long(name)]));
}

function isSafe(name: string): boolean {
  return name.length <= longest && /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/.test(name) && !isDevice(name);
}

/** Without accents, if the name is in Latin letters. */
function ascii(name: string): string {
  return name.normalize("NFKD").replaceAll(/\p{M}/gu, "");
}

function digest(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 6);
}
