/** The end of every help text. */
export const epilogue = `Exit codes:
  0  done, or nothing to do
  1  a step failed or was refused
  2  changes are pending, or the files are older (only with --detailed-exitcode)
  3  the input is invalid
  4  CouchDB is unreachable, or refuses the credentials or a right
  5  another runner holds the lease
  6  come again: --timeout passed
  7  interrupted by a signal

Each flag is also an environment variable (COUCHDB_MIGRATE_…) and a key of couchdb-migrate.yaml. The package's docs/settings.md lists them, docs/steps.md the kinds of steps.`;
