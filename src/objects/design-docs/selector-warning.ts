/** Warns about Mango selectors that validate documents, where CouchDB does not have them yet. Pure. */
import { isAtLeast } from "../../couch/version.js";
import type { StepWarning } from "../../steps/warnings.js";
import type { ComparedDesignDoc } from "./compare.js";
import { hasSelector } from "./shape.js";

/** A development version of CouchDB may have them before: so this is no refusal, and CouchDB decides. */
const since = "3.6";

export function selectorWarning({ name, desired }: ComparedDesignDoc, version: string | undefined): StepWarning[] {
  if (version === undefined || isAtLeast(version, since) || !hasSelector(desired)) return [];
  return [{ code: "selector-not-supported", designDoc: name, version }];
}
