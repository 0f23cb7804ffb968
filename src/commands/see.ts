/** Points to the help of the command. */
export function see(command?: string): string {
  return `See \`couchdb-migrate ${command === undefined ? "" : `${command} `}--help\`.`;
}
