/** What the runners of a round have to do, and the expected result. */
import { kinds } from "../../src/kinds/index.js";
import { type Addressed, must } from "../support/request.js";

export interface RoundSteps {
  readonly files: Readonly<Record<string, string>>;
  /** Creates what the steps take for granted. */
  prepare(server: Addressed): Promise<void>;
  /** Violations. */
  expectDone(server: Addressed): Promise<string[]>;
}

const drones = 40;
/** Each changed document counts its changes. */
const counting = "export default (doc) => ({ ...doc, count: doc.count + 1 });\n";
const transform = (hive: string) =>
  `- id: count\n  transformDocuments: { database: ${hive}, selector: { type: drone }, script: count.mjs }\n`;

const oneTime = kinds.some(({ name }) => name === "transformDocuments");

export function stepsOf(name: string): RoundSteps {
  const [hive, brood] = [`${name}-hive`, `${name}-brood`];
  const files = {
    "001.yaml": `
- id: brood
  ensureDatabase: { name: ${brood} }
- id: brood-security
  ensureSecurity: { database: ${brood}, members: { roles: [zerg] } }
- id: brood-documents
  ensureDocuments: { database: ${brood}, docs: [{ _id: zasz }, { _id: daggoth }] }
- id: brood-views
  ensureDesignDocs:
    database: ${brood}
    docs: { creatures: { views: { by_type: { map: "function (doc) { emit(doc.type); }" } } } }
- id: brood-indexes
  ensureIndexes: { database: ${brood}, indexes: { by-type: { index: { fields: [type] } } } }
- id: user
  ensureUser: { name: ${name}, password: queen-of-blades, roles: [zerg] }
`,
    ...(oneTime ? { "002.yaml": transform(hive), "count.mjs": counting } : {}),
  };
  return {
    files,
    async prepare(server) {
      await must(server, "PUT", `/${hive}`);
      const docs = Array.from({ length: drones }, (_, i) => ({ _id: `drone-${i}`, type: "drone", count: 0 }));
      await must(server, "POST", `/${hive}/_bulk_docs`, { body: { docs } });
    },
    async expectDone(server) {
      // From all copies: a node that was down may show its old state until it has caught up.
      const ids = Array.from({ length: drones }, (_, i) => `drone-${i}`);
      const docs = await Promise.all(ids.map((id) => must(server, "GET", `/${hive}/${id}?r=3`)));
      const wrong = docs.filter(({ count }) => count !== (oneTime ? 1 : 0));
      return wrong.map(({ _id, _rev, count }) => `${_id} (${_rev}) was not changed exactly once: ${count}`);
    },
  };
}
