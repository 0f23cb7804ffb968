/** Logins without a password, through the command line, on a CouchDB that is configured for them. */
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import * as library from "../../../src/index.js";
import { call } from "../../cli/call.js";
import { uniqueName } from "../../support/databases.js";
import { startProxy } from "../../support/proxy.js";
import { must, request } from "../../support/request.js";
import { type CouchNode, onNodes, server, startCouchDB } from "../../support/servers.js";
import { tempFolder } from "../../support/temp.js";
import { adminFor, ecKey, hmacKey, rsaKey } from "./sign.js";

const keys = { HMAC: hmacKey(), RSA: rsaKey(), EC: ecKey() };
const { HMAC } = keys;
const secret = "proxy-secret-4kP";

async function run(line: string, env: Readonly<Record<string, string>>) {
  const called = await call(line.split(" "), { env: { COUCHDB_MIGRATE_WAIT: "0s", ...env }, engine: library });
  return { ...called, said: called.stdout + called.stderr };
}

/** What doctor prints, and its check of the login. */
async function diagnosed(env: Readonly<Record<string, string>>) {
  const { stdout } = await run("doctor --format json", env);
  const { checks } = JSON.parse(stdout) as { checks: readonly { name: string }[] };
  return { stdout, login: checks.find(({ name }) => name === "login") };
}

/** Migrations with one step per id, one after the other. Each step sets a key of CouchDB's configuration. */
function configuring(...names: readonly string[]): Promise<string> {
  const steps = names.map((name, i) => `- id: ${name}\n  ensureConfig: { cm: { step-${i}: "${name}" } }\n`);
  return tempFolder({ "migrations/001.yaml": steps.join("") });
}

onNodes("a login without a password", () => {
  let node: CouchNode;
  beforeAll(async () => {
    const known = server().isFrom("3.1") ? ["jwt", "proxy"] : ["proxy"];
    const handlers = [...known, "cookie", "default"].map((name) => `{chttpd_auth, ${name}_authentication_handler}`);
    node = await startCouchDB({
      ini: {
        chttpd: { authentication_handlers: handlers.join(", ") },
        // Before 3.2, only the second one is known.
        chttpd_auth: { secret, proxy_use_secret: true },
        couch_httpd_auth: { secret, proxy_use_secret: true },
        // The default in 3.5; in 3.3, CouchDB ignores `exp` by default.
        jwt_auth: { required_claims: "exp" },
        jwt_keys: Object.fromEntries(Object.values(keys).map(({ configured }) => configured)),
      },
    });
  });
  afterAll(() => node.close());

  /** A file with a token, which another one replaces as Kubernetes does it. */
  async function tokenFile(token: string) {
    const folder = await tempFolder({ token: `${token}\n` });
    const path = join(folder, "token");
    return {
      path,
      async rotate(next: string) {
        await writeFile(join(folder, "next"), next);
        await rename(join(folder, "next"), path);
      },
    };
  }

  /** Applies two steps, through a proxy that holds the first write until the token has expired. */
  async function expiring(whileHeld: (rotate: (token: string) => Promise<void>) => Promise<void> | void) {
    const seconds = 6;
    const token = HMAC.sign(adminFor(seconds));
    const file = await tokenFile(token);
    const proxy = await startProxy(node.url);
    onTestFinished(() => proxy.close());
    const expired = new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    proxy.faultWhen(({ writes, path }) => writes && path.includes("/_config/cm/"), {
      during: async () => {
        await whileHeld(file.rotate);
        await expired;
      },
    });
    const names = [uniqueName("one"), uniqueName("two")];
    const set = uniqueName("set");
    const path = join(await configuring(...names), "migrations");
    const result = await run(`apply ${path} --set ${set}`, { COUCHDB_URL: proxy.url, COUCHDB_TOKEN_FILE: file.path });
    return { ...result, token, statuses: proxy.requests.map(({ status }) => status) };
  }

  test.each(Object.entries(keys))("a token that is signed with %s", async (_, key) => {
    const path = join(await configuring(uniqueName()), "migrations");
    const token = key.sign(adminFor(600, "larva"));
    const { code, said } = await run(`apply ${path} --set ${uniqueName()}`, {
      COUCHDB_URL: node.url,
      COUCHDB_TOKEN: token,
    });
    expect([code, said]).toEqual([0, expect.stringContaining("as larva")]);
    expect(said).not.toContain(token);
  });

  test("doctor shows the user and the handler", async () => {
    const env = { COUCHDB_URL: node.url, COUCHDB_TOKEN: HMAC.sign(adminFor(600, "larva")) };
    const { login } = await diagnosed(env);
    expect(login).toMatchObject({ facts: { user: "larva", handler: "jwt" } });
  });

  test("an ensureAdmin step for the user of the token sets a password, and the run continues with the token", async () => {
    const steps = "- id: admin\n  ensureAdmin: { name: larva, password: brood }\n";
    const path = join(await tempFolder({ "migrations/001.yaml": steps }), "migrations");
    const env = { COUCHDB_URL: node.url, COUCHDB_TOKEN: HMAC.sign(adminFor(600, "larva")) };
    const line = `apply ${path} --set ${uniqueName()}`;
    expect(await run(line, env)).toMatchObject({ code: 0, stdout: expect.stringContaining("Applied 1 step") });
    expect(await run(line, env)).toMatchObject({ code: 0, stdout: expect.stringContaining("1 step unchanged") });
    const { status } = await request(node, "GET", "/_all_dbs", { as: { name: "larva", password: "brood" } });
    expect(status).toBe(200);
  });

  test("a token expires during the run, and its file has a newer one", async () => {
    const { code, said, statuses } = await expiring((rotate) => rotate(HMAC.sign(adminFor(600))));
    expect([code, said]).toEqual([0, expect.stringContaining("Applied 2 steps")]);
    expect(statuses).toContain(401);
  });

  test("a token expires during the run, and its file stays the same", async () => {
    const { code, said, token } = await expiring(() => {});
    expect(code).toBe(4);
    expect(said).toContain("refuses the bearer token, which has expired: exp not in future; it was read again");
    expect(said).toContain(
      "Set COUCHDB_TOKEN to a valid token, or COUCHDB_TOKEN_FILE to a file that is kept up to date",
    );
    expect(said).not.toContain(token);
  });

  const refused: [string, () => string, string, string][] = [
    ["has expired", () => HMAC.sign(adminFor(-10)), "which has expired: exp not in future", "Set COUCHDB_TOKEN"],
    ["has no `exp`", () => HMAC.sign({ sub: "larva" }), "refuses the bearer token: Missing exp claim", "COUCHDB_TOKEN"],
    ["has no user", () => HMAC.sign({ ...adminFor(600), sub: undefined }), "Token missing sub claim.", "COUCHDB_TOKEN"],
    [
      "is signed with another key",
      () => hmacKey().sign(adminFor(600)),
      "refuses the bearer token: Bad HMAC",
      "[jwt_keys]",
    ],
    ["is signed with another RSA key", () => rsaKey().sign(adminFor(600)), "Bad signature", "[jwt_keys]"],
    ["is not a JSON Web Token", () => "opaque", "refuses the bearer token: Malformed token", "COUCHDB_TOKEN"],
  ];
  test.each(refused)("a token that %s ends the run with 4, and says what to do", async (_, token, what, next) => {
    const path = join(await configuring(uniqueName()), "migrations");
    const { code, said } = await run(`apply ${path}`, { COUCHDB_URL: node.url, COUCHDB_TOKEN: token() });
    expect([code, said]).toEqual([4, expect.stringContaining(what)]);
    expect(said).toContain(next);
  });

  test("every command says that the token is refused", async () => {
    const path = join(await configuring(uniqueName()), "migrations");
    for (const line of [`plan ${path}`, `status ${path}`, "wait", "import --out never", "unlock", `doctor ${path}`]) {
      const { code, said } = await run(line, { COUCHDB_URL: node.url, COUCHDB_TOKEN: hmacKey().sign(adminFor(600)) });
      expect([line, code, said]).toEqual([line, 4, expect.stringContaining("refuses the bearer token: Bad HMAC")]);
    }
  });

  test("a user without the role `_admin` learns which claim needs it", async () => {
    const path = join(await configuring(uniqueName()), "migrations");
    const env = {
      COUCHDB_URL: node.url,
      COUCHDB_TOKEN: HMAC.sign({ ...adminFor(600, "larva"), "_couchdb.roles": [] }),
    };
    const { code, said } = await run(`apply ${path} --set ${uniqueName()}`, env);
    expect([code, said]).toEqual([4, expect.stringContaining('user "larva" needs to be')]);
    expect(said).toContain("in the token's claim `_couchdb.roles`");
  });

  const proxied = { COUCHDB_USERNAME: "overseer", COUCHDB_PROXY_SECRET: secret };

  test("proxy authentication", async () => {
    const path = join(await configuring(uniqueName()), "migrations");
    const env = { COUCHDB_URL: node.url, ...proxied };
    const { code, said } = await run(`apply ${path} --set ${uniqueName()}`, env);
    expect([code, said]).toEqual([0, expect.stringContaining("as overseer")]);
    const { stdout, login } = await diagnosed(env);
    expect(login).toMatchObject({ facts: { user: "overseer", roles: ["_admin"], handler: "proxy" } });
    expect(said + stdout).not.toContain(secret);
  });

  test("proxy authentication with a server that accepts SHA-256 only", async ({ skip }) => {
    if (!server().isFrom("3.3")) return skip("CouchDB accepts SHA-1 only");
    await must(node, "PUT", "/_node/_local/_config/chttpd_auth/hash_algorithms", { body: "sha256" });
    onTestFinished(() => must(node, "DELETE", "/_node/_local/_config/chttpd_auth/hash_algorithms"));
    const path = join(await configuring(uniqueName()), "migrations");
    const proxy = await startProxy(node.url);
    onTestFinished(() => proxy.close());
    const { code, said } = await run(`apply ${path} --set ${uniqueName()}`, { COUCHDB_URL: proxy.url, ...proxied });
    expect([code, said]).toEqual([0, expect.stringContaining("Applied 1 step")]);
    expect(proxy.requests.map(({ status }) => status)).toContain(401);
  });

  test("without `_admin` among its roles, the user lacks permissions", async () => {
    const path = join(await configuring(uniqueName()), "migrations");
    const env = { COUCHDB_URL: node.url, ...proxied, COUCHDB_PROXY_ROLES: "drone,larva" };
    const { code, said } = await run(`apply ${path} --set ${uniqueName()}`, env);
    expect([code, said]).toEqual([4, expect.stringContaining('user "overseer" needs to be')]);
    expect(said).toContain("the role `_admin` in COUCHDB_PROXY_ROLES");
  });

  test("a wrong secret ends every command with 4, and says what to check", async () => {
    const path = join(await configuring(uniqueName()), "migrations");
    const env = { COUCHDB_URL: node.url, ...proxied, COUCHDB_PROXY_SECRET: "wrong-secret-2hT" };
    for (const line of [`apply ${path}`, "wait", `doctor ${path}`]) {
      const { code, said } = await run(line, env);
      const what = 'does not accept the proxy authentication of "overseer": it treats the request as anonymous';
      expect([line, code, said]).toEqual([line, 4, expect.stringContaining(what)]);
      expect(said).toContain("`secret` in `[chttpd_auth]`");
      expect(said).not.toContain("wrong-secret-2hT");
    }
  });

  test("without jwt_authentication_handler, the error names the handler", async () => {
    const plain = await startCouchDB();
    onTestFinished(() => plain.close());
    const path = join(await configuring(uniqueName()), "migrations");
    for (const line of [`apply ${path}`, `plan ${path}`, "wait", "doctor"]) {
      const { code, said } = await run(line, { COUCHDB_URL: plain.url, COUCHDB_TOKEN: HMAC.sign(adminFor(600)) });
      expect([line, code, said]).toEqual([line, 4, expect.stringContaining("ignores the bearer token")]);
      expect(said).toContain("Add `{chttpd_auth, jwt_authentication_handler}` to `authentication_handlers`");
    }
  });
});
