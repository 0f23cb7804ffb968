/** A real CouchDB, if there is one: the one at COUCHDB_URL, otherwise a new one from COUCHDB_HOME. */

import { describe, it } from "vitest";
import { canStartNodes, server, startCouchDB } from "../support/servers.js";
import { contract } from "./contract.js";

const given = server();

if (given.kind === "given") {
  contract(`CouchDB ${given.version} at COUCHDB_URL`, async () => ({ ...given, close: async () => undefined }));
} else if (canStartNodes) {
  contract(`CouchDB ${given.version}`, startCouchDB);
} else {
  describe.skip("a real CouchDB", () => it.skip("left out: needs COUCHDB_URL or COUCHDB_HOME"));
}
