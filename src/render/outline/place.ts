/** Where a step works, and on what. Pure. */
import type { PlannedStep } from "../../contract/results.js";

export interface Placed {
  /** Names and patterns as in the files. Empty: the server. */
  readonly places: readonly string[];
  /** The target without its place. */
  readonly what: string;
}

/** The kinds that work in databases: their targets end with the names, which have no spaces. */
const inDatabases = /(?:Security|DesignDocs|Indexes|Documents)$/;
const withPlace = /^(.*) (?:in|of) (\S+(?:, \S+)*)$/s;

export function placeOf({ kind, target, databases }: PlannedStep): Placed {
  if (kind.endsWith("Database") && target.startsWith("database ")) {
    return { places: [target.slice("database ".length)], what: "database" };
  }
  const [, what, places] = (inDatabases.test(kind) && withPlace.exec(target)) || [];
  if (what === undefined || places === undefined) return { places: Object.keys(databases).slice(0, 3), what: target };
  return { places: places.split(", "), what: what === "security object" ? "security" : what };
}
