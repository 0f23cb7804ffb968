/**
 * The next version of the set in set.ts: wherever that one writes, this one declares something else, or the opposite.
 * What a runner of the former version still writes, once this one is applied, shows as a difference. No index is
 * staged, because that is slow.
 */
import { admin, files as former, user } from "./set.js";

export const nextEnv = {
  CEREBRATE_PASSWORD: "a longer one than before",
  KERRIGAN_PASSWORD: "primal-queen-2",
  TRAITOR_PASSWORD: "forgiven-and-back",
  LINK_PASSWORD: "psi-link-18",
};

const view = (body: string) => `function (doc) { ${body} }`;

export const nextFiles: Readonly<Record<string, string>> = {
  ...former,
  "001-server.yaml": `
- id: cluster
  ensureCluster: { size: 1 }
- id: admin
  ensureAdmin: { name: ${admin.name}, password: "\${CEREBRATE_PASSWORD}" }
- id: traitor
  ensureAdmin: { name: traitor, password: "\${TRAITOR_PASSWORD}" }
- id: config
  ensureConfig: { cm_matrix: { evolution: "4" }, cm_matrix_old: { larvae: "8" }, chttpd_auth: { timeout: 1300 } }
- id: user
  ensureUser: { name: ${user.name}, password: "\${KERRIGAN_PASSWORD}", roles: [primal], fields: { email: queen@example.com } }
- id: deserter
  ensureUser: { name: deserter, password: "\${KERRIGAN_PASSWORD}", roles: [zerg] }
- id: replication
  ensureReplication: { id: link, source: "http://127.0.0.1:1/brood-2", target: "http://127.0.0.1:1/there-2", continuous: true }
- id: broken-link
  ensureReplication: { id: broken-link, source: "http://127.0.0.1:1/c", target: "http://127.0.0.1:1/d", continuous: true }
`,
  "002-databases.yaml": `
- id: brood
  ensureDatabase: { name: brood, revsLimit: 60 }
- id: no-swarm
  removeDatabase: { name: swarm, allowDestroy: true }
- id: doomed
  ensureDatabase: { name: doomed }
- id: doomed-documents
  ensureDocuments: { database: doomed, mode: overwrite, docs: [{ _id: survivor, n: 2 }] }
- id: brood-security
  ensureSecurity: { database: brood, admins: { roles: [primal] }, members: { roles: [primal] } }
- id: brood-documents
  ensureDocuments:
    database: brood
    mode: overwrite
    docs: [{ _id: zasz, type: fallen }, { _id: daggoth, type: fallen }]
- id: brood-views
  ensureDesignDocs:
    database: brood
    docs: { creatures: { views: { by_type: { map: "${view("emit(doc.type, 2);")}" } } } }
- id: hive-views
  ensureDesignDocs:
    database: hive
    deploy: inPlace
    docs: { creatures: { views: { by_type: { map: "${view("emit(doc.type, 2);")}" } } } }
- id: brood-indexes
  ensureIndexes: { database: brood, indexes: { by-type: { ddoc: by-type, index: { fields: [type, born] } } } }
- id: hive-indexes
  ensureIndexes: { database: hive, deploy: inPlace, indexes: { by-owner: { index: { fields: [born, owner] } } } }
`,
  "003-removals.yaml": `
- id: old-documents
  ensureDocuments: { database: old, mode: overwrite, docs: [{ _id: first, kept: true }, { _id: second, kept: true }] }
- id: old-views
  ensureDesignDocs:
    database: old
    docs: { views: { views: { by_type: { map: "${view("emit(doc.type, 2);")}" } } } }
- id: old-indexes
  ensureIndexes: { database: old, indexes: { by-owner: { index: { fields: [owner, born] } } } }
`,
};
