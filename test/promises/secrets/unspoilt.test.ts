/**
 * Masking damages nothing that is not secret: with passwords that are words in the files, in plans and in JSON,
 * everything a run prints is the same as with a password that appears nowhere else.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import * as library from "../../../src/index.js";
import { main } from "../../../src/main.js";
import { startEmbedded } from "../../support/servers.js";
import { makeFolder, removeFolder, writeFiles } from "../../support/temp.js";

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
  await writeFiles(folder, {
    "missing-COUCHDB_USERNAME_FILE-file.yaml": `
- id: admin-account
  description: creates the admin
  ensureUser: { name: admin, password: "\${PASSWORD}", roles: [secret], fields: { ok: true, n: 1 } }
- id: COUCHDB_USERNAME_FILE
  ensureConfig:
    cors: { credentials: true }
    chttpd_auth: { password_scheme: pbkdf2, proxy_use_secret: true }
    mail: { api_password: "\${PASSWORD}" }
- id: secret
  ensureDatabase: { name: secret, partitioned: true, q: 1 }
- id: database
  ensureDatabase: { name: admin }
- id: views
  ensureDesignDocs:
    database: admin
    docs: { secret: { validate_doc_update: "function (n) { if (n.ok !== true) throw({ forbidden: 'admin' }); }" } }
`,
  });
});
afterAll(() => removeFolder(folder));

async function said(password: string): Promise<string> {
  const server = await startEmbedded({ admins: { overlord: password } });
  const texts: string[] = [];
  const stream = { write: (text: string) => void texts.push(text) };
  const env = {
    COUCHDB_URL: server.url,
    COUCHDB_USERNAME: "overlord",
    COUCHDB_PASSWORD: password,
    COUCHDB_MIGRATE_LOG_LEVEL: "debug",
    COUCHDB_MIGRATE_TERMINATION_LOG: "none",
    COUCHDB_MIGRATE_HOLDER: "pod",
    COUCHDB_MIGRATE_CONCURRENCY: "1",
    PASSWORD: password,
  };
  try {
    for (const line of [
      "plan",
      "plan --details",
      "plan --format json",
      "plan --format markdown",
      "apply --log-format json",
      "plan",
    ]) {
      const io = {
        env,
        stdout: stream,
        stderr: stream,
        signal: new AbortController().signal,
        engine: async () => library,
      };
      const [command = "", ...flags] = line.split(" ");
      texts.push(`\n## ${line}: `);
      texts.push(String(await main([command, folder, ...flags], io)));
    }
  } finally {
    await server.close();
  }
  return texts
    .join("")
    .replaceAll(server.url, "URL")
    .replaceAll(/\([^()]* reads?,[^()]*\)|"requests":\{[^}]*\}/g, "")
    .replaceAll(/\d+(?:\.\d+)? m?s\b|"(?:time|milliseconds|plannedAt)":[^,}]*|"?rev=[^,&" ]*/g, "");
}

test("a password that is a word in the files does not garble the output", { timeout: 120_000 }, async () => {
  const other = await said("Zq7-stands-nowhere");
  expect(other).toContain("n.ok !== true");
  for (const password of ["admin", "secret", "true", "COUCHDB_USERNAME_FILE", "1"]) {
    expect(await said(password), password).toBe(other);
  }
});
