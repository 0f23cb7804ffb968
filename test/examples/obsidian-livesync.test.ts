/**
 * The example configures CouchDB exactly as obsidian-livesync's own script does: the whole configurations are compared.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { apply, loadMigrations } from "../../src/index.js";
import { must, request } from "../support/request.js";
import { type CouchNode, onNodes, startCouchDB } from "../support/servers.js";

const origins = ["app://obsidian.md", "capacitor://localhost", "http://localhost"];

/** What the script sets, in its order. */
const settings = [
  ["chttpd/require_valid_user", "true"],
  ["chttpd_auth/require_valid_user", "true"],
  ["httpd/WWW-Authenticate", 'Basic realm="couchdb"'],
  ["httpd/enable_cors", "true"],
  ["chttpd/enable_cors", "true"],
  ["chttpd/max_http_request_size", "4294967296"],
  ["couchdb/max_document_size", "50000000"],
  ["cors/credentials", "true"],
  ["cors/origins", origins.join(",")],
];

/**
 * The script's requests. The address and the port that it sets are the node's own here, so that the node stays
 * reachable.
 */
async function runScript(node: CouchNode): Promise<void> {
  const { name: username, password } = node.admin;
  const setup = { action: "enable_single_node", username, password, bind_address: "127.0.0.1", port: node.port };
  await must(node, "POST", "/_cluster_setup", { body: { ...setup, singlenode: true } });
  for (const [key, body] of settings) await must(node, "PUT", `/_node/_local/_config/${key}`, { body });
  await must(node, "PUT", "/obsidiannotes");
}

/** Everything except what differs between any two nodes: hashes, folders, the address. */
async function configurationOf(node: CouchNode): Promise<unknown> {
  const { admins: _, smoosh, couchdb, chttpd, ...others } = await must(node, "GET", "/_node/_local/_config");
  const { database_dir, view_index_dir, uri_file, uuid, ...ofCouchdb } = couchdb;
  const { bind_address, port, ...ofChttpd } = chttpd;
  return { ...others, couchdb: ofCouchdb, chttpd: ofChttpd, smoosh: { ...smoosh, state_dir: "" } };
}

onNodes("obsidian-livesync", () => {
  let ours: CouchNode;
  let theirs: CouchNode;
  beforeAll(async () => {
    [ours, theirs] = await Promise.all([startCouchDB({ clustered: true }), startCouchDB({ clustered: true })]);
    await runScript(theirs);
  });
  afterAll(() => Promise.all([ours, theirs].map((node) => node?.close())));

  async function applyTo({ url, admin: { name, password } }: CouchNode) {
    const env = { COUCHDB_USERNAME: name, COUCHDB_PASSWORD: password };
    const migrations = await loadMigrations("examples/obsidian-livesync/migrations", { env });
    return apply(migrations, { connection: { url, username: name, password } });
  }

  test("a new server ends up as after the script", async () => {
    expect(await applyTo(ours)).toMatchObject({
      applied: ["single-node", "livesync-settings", "vault"],
      adopted: ["admin"],
    });
    expect(await configurationOf(ours)).toEqual(await configurationOf(theirs));
    const databases = await must(theirs, "GET", "/_all_dbs");
    expect(await must(ours, "GET", "/_all_dbs")).toEqual([...databases, "couchdb-migrate"].sort());
    expect(await applyTo(ours)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
  });

  test("a server that the script has set up is adopted without a change", async () => {
    const before = await configurationOf(theirs);
    const all = ["single-node", "admin", "livesync-settings", "vault"];
    expect(await applyTo(theirs)).toMatchObject({ applied: [], adopted: all });
    expect(await configurationOf(theirs)).toEqual(before);
  });

  test.each(origins)("allows the app from %s", async (origin) => {
    const headers = { origin, "access-control-request-method": "PUT" };
    const preflight = await request(ours, "OPTIONS", "/obsidiannotes", { as: null, headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe(origin);
  });

  test("requires a login from everybody else", async () => {
    const refused = await request(ours, "GET", "/_up", { as: null });
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="couchdb"']);
  });
});
