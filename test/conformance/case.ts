/**
 * What a step kind brings to the shared suite (conformance.test.ts): one file in `cases/`, named as the kind is in
 * kebab case, that exports `cases`. Everything by hand in it goes past the product, with plain HTTP (request.ts).
 * The suite makes of each case: created on an empty server, no-op, empty plan, drift seen, drift repaired, adopted.
 */
import type { Capability, Server } from "../support/servers.js";

export interface Place {
  readonly server: Server;
  /** Unique to this run of the case; good as the name of a database, a user or an admin. */
  readonly name: string;
}

export interface Case {
  /** What is special about it: "with roles". */
  readonly title: string;
  /** What the embedded server would have to be able to do. */
  readonly needs?: Capability;
  /** The first CouchDB that can do it. */
  readonly from?: `${number}.${number}`;
  /** The server differs from the steps by design: they are kept, and not adopted. */
  readonly kept?: true;
  /** Makes by hand what the steps take for granted: a database, say. */
  prepare?(place: Place): Promise<unknown>;
  /** The migration file. Every step in it is of the kind under test. */
  yaml(place: Place): string;
  /** Files beside the migration file, by path. */
  files?(place: Place): Readonly<Record<string, string>>;
  /** Fails unless the server is as the steps ask. */
  expectState(place: Place): Promise<unknown>;
  /** Changes by hand what the last step ensures. One-time kinds have no drift. */
  drift?(place: Place): Promise<unknown>;
  /** Removes what `prepare` and the steps have made, besides the database `place.name`. */
  cleanUp?(place: Place): Promise<unknown>;
}
