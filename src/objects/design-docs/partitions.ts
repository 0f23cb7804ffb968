/** `options.partitioned: true`, which is only allowed in a partitioned database. Pure. */
import { patternTest } from "../../couch/pattern.js";
import type { SpecProblem } from "../../steps/kind.js";
import { type Refusal, reasonOf } from "../../steps/refusals.js";
import { toPointer } from "../../text/pointer.js";
import type { DesignDoc } from "./design-doc.js";
import { shapeFaults } from "./shape.js";

type DesignDocs = Readonly<Record<string, DesignDoc>>;

/** Why CouchDB would refuse one of the design documents in this database; undefined if it would not. */
export function partitionRefusal(docs: DesignDocs, database: string, partitioned: boolean): Refusal | undefined {
  for (const [name, doc] of Object.entries(docs)) {
    const fault = shapeFaults(doc, partitioned).find(({ code }) => code === "not-partitioned");
    if (fault) return { code: "design-doc-not-partitioned", database, designDoc: name, fault: fault.message };
  }
  return undefined;
}

/**
 * `partitioned`: the databases that the set has created so far, and whether they are partitioned. `databases` may be
 * patterns.
 */
export function partitionProblems(
  docs: DesignDocs,
  databases: readonly string[],
  partitioned: ReadonlyMap<string, boolean>,
): SpecProblem[] {
  const matches = databases.map(patternTest);
  const known = [...partitioned].filter(([name]) => matches.some((test) => test(name)));
  return known.flatMap(([name, is]) =>
    Object.entries(docs).flatMap(([doc, content]) => {
      const refusal = partitionRefusal({ [doc]: content }, name, is);
      if (!refusal) return [];
      const message = reasonOf([refusal]);
      return [{ path: toPointer(["docs", doc, "options", "partitioned"]), code: "not-partitioned", message }];
    }),
  );
}
