import { count } from "../text/quantity.js";
import type { PolicyKind } from "./kind.js";

/** Queries wait while CouchDB builds an index, because nothing serves them meanwhile. */
export const rebuildsInPlace: PolicyKind = ({ steps }, { over = 0 }) =>
  steps
    .filter(({ applies }) => applies)
    .flatMap(({ id, rebuilds }) =>
      rebuilds
        .filter(({ staged, reuses, documents }) => !staged && reuses === undefined && documents > over)
        .map(({ database, designDoc, documents }) => ({
          id,
          what: `queries of ${designDoc} in ${database} wait while its index is built over ${count(documents, "document")}`,
        })),
    );
