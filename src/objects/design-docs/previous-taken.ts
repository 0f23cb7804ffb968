/** A document of somebody else under the name that `keepPrevious` needs. Pure. */
import type { Refusal } from "../../steps/refusals.js";
import { companionIn, previousName } from "./companions.js";
import type { DesignDoc } from "./design-doc.js";
import type { StagedWrite } from "./staged-write.js";

interface Known {
  /** The design documents of the step, by name. */
  readonly docs: Readonly<Record<string, DesignDoc>>;
  /** The other design documents of the database, by name. */
  readonly others: Readonly<Record<string, DesignDoc>>;
}

/** Why these documents can't be deployed; undefined if they can. */
export function previousTaken(
  database: string,
  staged: readonly StagedWrite[],
  { docs, others }: Known,
): Refusal | undefined {
  const isTaken = (previous: string) => {
    const other = Object.hasOwn(others, previous) ? others[previous] : undefined;
    return Object.hasOwn(docs, previous) || (other !== undefined && companionIn(other) === undefined);
  };
  const taken = staged.find(({ name, keepPrevious }) => keepPrevious && isTaken(previousName(name)));
  return taken && { code: "previous-name-taken", database, designDoc: previousName(taken.name) };
}
