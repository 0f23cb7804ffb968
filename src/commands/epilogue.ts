import { type ExitClass, exitCodes, exitMeanings } from "../contract/errors.js";

const meanings = (Object.keys(exitCodes) as ExitClass[]).map((name) => `  ${exitCodes[name]}  ${exitMeanings[name]}`);

/** The end of every help text. */
export const epilogue = `Exit codes:
${meanings.join("\n")}

Each flag is also an environment variable (COUCHDB_MIGRATE_…) and a key of couchdb-migrate.yaml. docs/settings.md in the package lists all settings, docs/steps.md all kinds of steps.`;
