/** A CouchDB that accepts only TLS clients with a certificate from its own authority, as in a closed cluster. */
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.js";
import { must } from "../support/request.js";
import { type CouchNode, canStartNodes, startCouchDB } from "../support/servers.js";
import { makeFolder, removeFolder, tempFolder } from "../support/temp.js";

const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "ignore" });
const able = canStartNodes && spawnSync("openssl", ["version"]).status === 0;

let folder: string;
let node: CouchNode;
let port: number;
const pem = (name: string) => join(folder, `${name}.pem`);

/** A key, and a certificate that the authority has signed. */
function sign(name: string, extensions: string): void {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", pem(`${name}-key`)];
  openssl("req", ...key, "-subj", `/CN=${name}`, "-out", pem(`${name}-request`));
  writeFileSync(pem(`${name}-extensions`), extensions);
  const by = ["-CA", pem("ca"), "-CAkey", pem("ca-key"), "-CAcreateserial"];
  openssl(
    "x509",
    "-req",
    "-in",
    pem(`${name}-request`),
    ...by,
    "-days",
    "2",
    "-out",
    pem(name),
    "-extfile",
    pem(`${name}-extensions`),
  );
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

describe.skipIf(!able)(
  able ? "a CouchDB with mutual TLS" : "mutual TLS (left out: needs COUCHDB_HOME and openssl)",
  () => {
    beforeAll(async () => {
      folder = await makeFolder();
      const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", pem("ca-key")];
      openssl("req", "-x509", ...key, "-days", "2", "-subj", "/CN=hive", "-out", pem("ca"));
      sign("server", "subjectAltName=IP:127.0.0.1\n");
      sign("client", "extendedKeyUsage=clientAuth\n");
      port = await freePort();
      const files = { cert_file: pem("server"), key_file: pem("server-key"), cacert_file: pem("ca") };
      const demands = { verify_ssl_certificates: true, fail_if_no_peer_cert: true };
      node = await startCouchDB({ ini: { ssl: { enable: true, port, ...files, ...demands } } });
    });
    afterAll(async () => {
      await node?.close();
      await removeFolder(folder);
    });

    const apply = async (env: Readonly<Record<string, string>>, host = "127.0.0.1") =>
      runCli(["apply", "--wait", "1s"], {
        cwd: await tempFolder({
          "migrations/1.yaml":
            "- id: z\n  ensureDatabase: { name: zerglings }\n- id: i\n  ensureIndexes: { database: zerglings, indexes: { a: { index: { fields: [a] } } } }\n",
        }),
        env: { COUCHDB_URL: `https://admin:secret@${host}:${port}`, ...env },
      });
    const trust = () => ({ COUCHDB_MIGRATE_CA: pem("ca") });
    const shown = () => ({ COUCHDB_MIGRATE_CERT: pem("client"), COUCHDB_MIGRATE_KEY: pem("client-key") });

    it.each<[string, () => Record<string, string>, string?]>([
      ["if its authority is unknown", () => ({ ...shown() })],
      ["without a client certificate", () => ({ ...trust() })],
      ["under a name that its certificate does not list", () => ({ ...trust(), ...shown() }), "localhost"],
    ])("is rejected %s", async (_, env, host) => {
      const { code, stderr } = await apply(env(), host);
      expect(code, stderr).toBe(4);
      expect(await must(node, "GET", "/_all_dbs")).not.toContain("zerglings");
    });

    it.each<[string, () => Record<string, string>]>([
      ["with --ca, --cert and --key", () => ({ ...trust(), ...shown() })],
      ["with NODE_EXTRA_CA_CERTS, --cert and --key", () => ({ NODE_EXTRA_CA_CERTS: pem("ca"), ...shown() })],
    ])("is migrated %s", async (_, env) => {
      await must(node, "DELETE", "/zerglings").catch(() => {});
      const { code, stdout, stderr } = await apply(env());
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(/^Applied 2 steps/);
    });
  },
);
