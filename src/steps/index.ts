/** The registry of step kinds, in the order of the reference. What else is said of kinds is derived from it. */
import { ensureAdmin } from "./ensure-admin.js";
import { ensureDatabase } from "./ensure-database.js";
import { ensureDesignDocs } from "./ensure-design-docs.js";
import { ensureSecurity } from "./ensure-security.js";
import type { StepKind } from "./kind.js";

export const kinds: readonly StepKind[] = [ensureAdmin, ensureDatabase, ensureSecurity, ensureDesignDocs];

export const kindNames: readonly string[] = kinds.map(({ name }) => name);

export const kindByName: ReadonlyMap<string, StepKind> = new Map(kinds.map((kind) => [kind.name, kind]));
