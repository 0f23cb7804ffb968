/** The text of a new test file: an example that passes, and one of each further check to start from. Pure. */
import { stringify } from "yaml";
import { databaseFor } from "./new-file.js";

export interface NewTest {
  readonly id: string;
  /** The databases that the migrations create. */
  readonly databases: readonly string[];
  readonly schemaLine: string;
}

export function testText({ id, databases, schemaLine }: NewTest): string {
  const database = databaseFor(id, databases) ?? databases[0] ?? "zerglings";
  return `${schemaLine}
database: ${stringify(database).trimEnd()}

documents:
  - { _id: example, type: example }

tests:
  - name: a server admin may write a document
    write: { _id: another, type: example }
    accepted: true

  - name: a query finds the document
    find: { selector: { type: example } }
    finds: [example]

  # - name: the rows of a view
  #   view: DESIGN-DOCUMENT/VIEW
  #   query: { group: true }
  #   rows:
  #     - { key: example, value: 1 }

  # - name: others may not write
  #   as: { name: ada, roles: [] }
  #   write: { _id: another, type: example }
  #   refused: You are not allowed to access this db
`;
}
