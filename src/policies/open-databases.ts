import type { PolicyKind } from "./kind.js";

/** A step leaves a database without members, so everybody may read and write it. */
export const openDatabases: PolicyKind = ({ steps, warnings }) => {
  const open = new Set(warnings.flatMap(({ code, id }) => (code === "open-database" && id !== undefined ? [id] : [])));
  return steps
    .filter(({ id, applies }) => applies && open.has(id))
    .map(({ id, target }) => ({ id, what: `after it, everybody may read and write the database (${target})` }));
};
