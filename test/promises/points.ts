/** The requests at which a run can be broken: those that every run sends, however slow it is. */
import type { Recorded } from "../support/proxy.js";

export interface Point {
  readonly name: string;
  readonly writes: boolean;
  /** For one run: is this the request? Call it once for each request, in order. */
  matcher(): (request: Recorded) => boolean;
}

const isLease = ({ method, path }: Recorded) => method === "PUT" && path.endsWith("/lease-default");
const isLedger = ({ method, path }: Recorded) => method === "PUT" && path.endsWith("/_local/couchdb-migrate-default");

/**
 * The same on every server: node names and the ids of jobs differ, a revision may depend on a salt, and a sequence names
 * its shards.
 */
function nameOf({ method, path }: Recorded): string {
  const named = path.replace(/\/_node\/[^/]+%40[^/]+/, "/_node/NAME").replace(/([?&]rev=)[^&]+/, "$1REV");
  const numbered = named.replace(/(\/_reshard\/jobs\/)[^/]+/, "$1JOB");
  return `${method} ${numbered.replace(/([?&]since=)[^&]+/, "$1SEQUENCE")}`;
}

/** A slow run renews its lease once more than a quick one, so only taking and releasing the lease count. */
export function pointsOf(requests: readonly Recorded[]): Point[] {
  const counts = new Map<string, number>();
  const points = requests
    .filter((request) => !isLease(request))
    .map((request): Point => {
      const called = nameOf(request);
      const occurrence = (counts.get(called) ?? 0) + 1;
      counts.set(called, occurrence);
      const same = (other: Recorded) => nameOf(other) === called;
      return { name: `${called}, ${occurrence}`, writes: request.writes, matcher: () => nth(same, occurrence) };
    });
  const ledgerWrites = requests.filter(isLedger).length;
  return [
    ...points,
    { name: "taking the lease", writes: true, matcher: () => nth(isLease, 1) },
    { name: "releasing the lease", writes: true, matcher: () => after(nth(isLedger, ledgerWrites), isLease) },
  ];
}

/** The first request with this name: its method and path. */
export function firstOf(name: string): Point {
  return { name, writes: true, matcher: () => nth((request) => nameOf(request) === name, 1) };
}

function nth(matches: (request: Recorded) => boolean, occurrence: number): (request: Recorded) => boolean {
  let seen = 0;
  return (request) => {
    if (matches(request)) seen += 1;
    return matches(request) && seen === occurrence;
  };
}

function after(
  first: (request: Recorded) => boolean,
  matches: (request: Recorded) => boolean,
): (request: Recorded) => boolean {
  let seen = false;
  return (request) => {
    seen ||= first(request);
    return seen && matches(request);
  };
}
