/** What a server says about itself at `GET /`. */
import type { Couch } from "./couch.js";
import { path } from "./path.js";
import { isAtLeast } from "./version.js";

/** The first version that supports partitioned databases. */
export const partitionsSince = "3.0";

interface Welcome {
  readonly version?: string;
  readonly features?: readonly string[];
}

/** CouchDB lists it among its features; before 3.0, only Cloudant does. */
export async function takesPartitions(couch: Couch): Promise<boolean> {
  if (isAtLeast(await couch.version(), partitionsSince)) return true;
  const { features = [] } = (await couch.read<Welcome>(path`/`)).body;
  return features.includes("partitioned");
}
