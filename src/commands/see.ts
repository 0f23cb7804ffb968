/** Where to read on. */
export function see(command?: string): string {
  return `See \`couchdb-migrate ${command === undefined ? "" : `${command} `}--help\`.`;
}
