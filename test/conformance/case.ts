/**
 * What a step kind brings to the shared suite (conformance.test.ts): one file in `cases/`, named as the kind is in
 * kebab case, that exports `cases`. All manual changes in it bypass the product, with plain HTTP (request.ts).
 * The suite tests each case: created on an empty server, no-op, empty plan, drift seen, drift repaired, adopted.
 */
import type { Capability, Server } from "../support/servers.js";

export interface Place {
  readonly server: Server;
  /** Unique to this run of the case; valid as the name of a database, a user or an admin. */
  readonly name: string;
}

export interface Case {
  /** What is special about it: "with roles". */
  readonly title: string;
  /** What the embedded server can't do. */
  readonly needs?: Capability;
  /** The first CouchDB version that supports it. */
  readonly from?: `${number}.${number}`;
  /** The server differs from the steps by design: they are kept, and not adopted. */
  readonly kept?: true;
  /** The database that the step ensures exists after the drift, so only a look at the server shows the drift. */
  readonly databaseStays?: true;
  /** Creates what the steps take for granted, such as a database. */
  prepare?(place: Place): Promise<unknown>;
  /** The migration file. Every step in it is of the kind under test. */
  yaml(place: Place): string;
  /** Files next to the migration file, by path. */
  files?(place: Place): Readonly<Record<string, string>>;
  /** Fails unless the server is as the steps declare. */
  expectState(place: Place): Promise<unknown>;
  /** Changes what the last step ensures, past the product. One-time kinds have no drift. */
  drift?(place: Place): Promise<unknown>;
  /** Removes what `prepare` and the steps have created, except the database `place.name`. */
  cleanUp?(place: Place): Promise<unknown>;
}
