/** The steps that remove objects, given as steps claim them (`designDoc/zerglings/by-owner`). Pure. */
import { nameInClaim } from "../objects/claim-part.js";
import { placeOf, replicationClaim } from "../objects/replications/replicator-database.js";
import { removeAdmin } from "./remove-admin.js";
import { removeConfig } from "./remove-config.js";
import { removeDatabase } from "./remove-database.js";
import { removeDesignDocs } from "./remove-design-docs.js";
import { removeIndexes } from "./remove-indexes.js";
import { removeReplication } from "./remove-replication.js";
import { removeUser } from "./remove-user.js";

/** A removal, as a step declares it: it claims the objects that it removes. */
export interface Removal {
  readonly kind: string;
  readonly desired: object;
}

/** Replications are stopped first, because they write documents. The rest of a deleted database needs no removal. */
const order = ["replication", "database", "designDoc", "index", "user", "config", "admin"] as const;
type Type = (typeof order)[number];

/** @param names the rest of each claim: without its type, and without the database if the object is in one */
type Remove = (names: readonly string[], database: string) => Removal[];

const removalOf: Readonly<Record<Type, Remove>> = {
  replication: (names, database) =>
    names.map((id) => ({ kind: removeReplication.name, desired: placeOf({ id, database }) })),
  database: (names) => names.map((name) => ({ kind: removeDatabase.name, desired: { name } })),
  designDoc: (names, database) => [{ kind: removeDesignDocs.name, desired: { database: [database], names } }],
  index: (names, database) => {
    const indexes = names.map(split).map(([ddoc, name]) => ({ ddoc, name }));
    return [{ kind: removeIndexes.name, desired: { database: [database], indexes } }];
  },
  user: (names) => names.map((name) => ({ kind: removeUser.name, desired: { name } })),
  config: (names) =>
    names.map(split).map(([section, key]) => ({ kind: removeConfig.name, desired: { [section]: [key] } })),
  admin: (names) => names.map((name) => ({ kind: removeAdmin.name, desired: { name } })),
};

/** @param objects by the database that they are in; `""`: on the server */
export function removalsOf(objects: ReadonlyMap<string, readonly string[]>): Removal[] {
  return order.flatMap((type) =>
    [...objects].flatMap(([database, claims]) => {
      const start = startOf(type, database);
      const names = claims.flatMap((claim) => (claim.startsWith(start) ? claim.slice(start.length) : []));
      return names.length === 0 ? [] : removalOf[type](names, database);
    }),
  );
}

function startOf(type: Type, database: string): string {
  if (type === "replication") return replicationClaim(placeOf({ id: "", database }));
  return type === "designDoc" || type === "index" ? `${type}/${database}/` : `${type}/`;
}

function split(name: string): [first: string, rest: string] {
  const at = name.indexOf("/");
  return [nameInClaim(name.slice(0, at)), name.slice(at + 1)];
}
