/** The keys of couchdb-migrate.yaml that have mappings as values. They can't be flags or variables. Pure. */
import type { Policies } from "../contract/policies.js";

export interface Sections {
  /** `lint.off`: rules that are off for the whole set, each with the reason. */
  readonly lintOff: Readonly<Record<string, string>>;
  readonly policies: Policies;
}

export const noSections: Sections = { lintOff: {}, policies: {} };

/** The sections of the file, with those of an environment. */
export function withSections({ lintOff, policies }: Sections, more: Sections): Sections {
  return { lintOff: { ...lintOff, ...more.lintOff }, policies: { ...policies, ...more.policies } };
}
