import type { PolicyKind } from "./kind.js";

/** A step removes something. */
export const removals: PolicyKind = ({ steps }) =>
  steps
    .filter(({ applies, action }) => applies && action === "remove")
    .map(({ id, target }) => ({ id, what: `it removes ${target}` }));
