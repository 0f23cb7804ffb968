/** Reads what a run can do without: services and proxies refuse some of CouchDB's paths. */
import { MigrateError } from "../contract/errors.js";
import type { Couch, ReadOptions } from "./couch.js";
import type { Path } from "./path.js";

/** Statuses with which CouchDB or a service refuses a path. */
const refusals = [400, 401, 403, 404, 405, 501] as const;

/** Answers with which a proxy or a login page refuses a request, besides an error status in its own words. */
const ofOthers: ReadonlySet<unknown> = new Set(["not-couchdb", "html"]);

/** `undefined`: the server, or a proxy in front of it, refuses the request. */
export async function readIfAllowed<Body>(
  couch: Couch,
  path: Path,
  options: Omit<ReadOptions, "accept"> = {},
): Promise<Body | undefined> {
  try {
    const { status, body } = await couch.read<Body>(path, { ...options, accept: refusals });
    return status < 300 ? body : undefined;
  } catch (thrown) {
    if (isRefusedByOther(thrown)) return undefined;
    throw thrown;
  }
}

/** Whether a proxy refused the request, in its own words. CouchDB has answered other requests of the run. */
export function isRefusedByOther(thrown: unknown): boolean {
  if (!(thrown instanceof MigrateError)) return false;
  return thrown.code === "gateway-refused" || ofOthers.has(thrown.data.failure);
}
