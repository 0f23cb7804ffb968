/** CORS, JWT and a database per user: on a real CouchDB, the settings do what the READMEs say. */
import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apply, loadMigrations, plan } from "../../src/index.js";
import { root } from "../support/cli.js";
import { must, request, until } from "../support/request.js";
import { type CouchNode, onNodes, startCouchDB } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

/** As a browser's preflight request. */
const preflight = (origin: string, header = "authorization") => ({
  origin,
  "access-control-request-method": "PUT",
  "access-control-request-headers": header,
});

/** A token with `claims`, signed with the bytes of an HMAC key, or with the private key of a pair. */
function token(claims: object, key: Buffer | KeyObject, header: object = {}): string {
  const alg = Buffer.isBuffer(key) ? "HS256" : key.asymmetricKeyType === "rsa" ? "RS256" : "ES256";
  const parts = [{ alg, typ: "JWT", ...header }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const text = parts.join(".");
  const signature = Buffer.isBuffer(key)
    ? createHmac("sha256", key).update(text).digest()
    : sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}

onNodes("server settings", () => {
  let node: CouchNode;
  beforeAll(async () => {
    // CouchDB waits five seconds before it creates the first database of a user; one is enough here.
    node = await startCouchDB({ ini: { couch_peruser: { cluster_quiet_period: 1, cluster_start_period: 1 } } });
  });
  afterAll(() => node.close());

  const options = (set: string) => {
    const { name, password } = node.admin;
    return { connection: { url: node.url, username: name, password }, set };
  };
  const applied = async (folder: string, set: string, env: Record<string, string> = {}) => {
    const migrations = await loadMigrations(folder, { env });
    const result = await apply(migrations, options(set));
    expect(result.failures).toEqual([]);
    return { migrations, result };
  };

  const settings = "/_node/_local/_config";
  /** CouchDB reads its files, as it does when it starts. */
  const reload = () => must(node, "POST", `${settings}/_reload`, { body: {} });

  describe("CORS for PouchDB", () => {
    beforeAll(async () => {
      await applied("examples/pouchdb-cors/migrations", "cors");
      await must(node, "PUT", "/notes");
    });

    test.each([
      ["a page of the application is allowed", preflight("https://app.example"), true],
      ["the second origin is allowed", preflight("http://localhost:5173"), true],
      ["another page is not", preflight("https://elsewhere.example"), false],
      ["a header that is not listed is not", preflight("https://app.example", "x-other"), false],
    ])("%s", async (_, asked, isAllowed) => {
      const { status, headers } = await request(node, "OPTIONS", "/notes", { as: null, headers: asked });
      const allows = (name: string) => headers.get(`access-control-allow-${name}`);
      expect(status === 204 && allows("origin") === asked.origin).toBe(isAllowed);
      if (isAllowed)
        expect([allows("credentials"), allows("methods")]).toEqual(["true", "GET, HEAD, POST, PUT, DELETE"]);
    });

    test("the page may read the answer to a request with a login", async () => {
      const { status, headers } = await request(node, "GET", "/notes", { headers: { origin: "https://app.example" } });
      expect(status).toBe(200);
      expect(headers.get("access-control-allow-origin")).toBe("https://app.example");
      expect(headers.get("access-control-allow-credentials")).toBe("true");
    });
  });

  test("a key of another section stays in it if a section for one origin follows", async () => {
    const config = (settings: string) => `- { id: set, ensureConfig: ${settings} }\n`;
    const origin = "cors:http://zerg.example";
    const first = config(`{ zz_before: { a: 1 } }`);
    await applied(await tempFolder({ "001.yaml": first }), "origin-1");
    await applied(await tempFolder({ "001.yaml": config(`{ "${origin}": { credentials: true } }`) }), "origin-2");
    await applied(await tempFolder({ "001.yaml": config(`{ zz_before: { b: 2 } }`) }), "origin-3");
    await reload();
    expect(await must(node, "GET", `${settings}/zz_before`)).toEqual({ a: "1", b: "2" });
    expect(await must(node, "GET", `${settings}/${encodeURIComponent(origin)}`)).toEqual({ credentials: "true" });
  });

  describe("JWT", () => {
    const secret = randomBytes(32);
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const claims = { sub: "zoe", iss: "https://login.example", exp: Math.floor(Date.now() / 1000) + 3600 };
    const good = token({ ...claims, "_couchdb.roles": ["player"] }, secret);
    const session = (bearer: string) =>
      request(node, "GET", "/_session", { as: null, headers: { authorization: `Bearer ${bearer}` } });

    test("no token is valid before the nodes are restarted, and nothing shows the key", async () => {
      const key = secret.toString("base64");
      const file = join(await tempFolder({ "jwt-key": `${key}\n` }), "jwt-key");
      const { migrations, result } = await applied("examples/jwt/migrations", "jwt", { JWT_KEY_FILE: file });
      const planned = await plan(migrations, { ...options("jwt"), verify: true });
      expect(planned.changes).toBe(0);
      const ledger = await must(node, "GET", "/couchdb-migrate/_all_docs?include_docs=true");
      expect(inspect([result, planned, ledger], { depth: 99, maxStringLength: null })).not.toContain(key);
      expect((await session(good)).body.userCtx.name).toBeNull();
      await node.stop();
      await node.start();
      // A node may answer before it can check tokens.
      const { body } = await until(
        () => session(good),
        ({ status }) => status === 200,
      );
      expect(body.userCtx).toEqual({ name: "zoe", roles: ["player"] });
    });

    test.each<[string, string, number]>([
      ["has expired", token({ ...claims, exp: 1 }, secret), 401],
      ["never expires", token({ ...claims, exp: undefined }, secret), 400],
      ["is from another issuer", token({ ...claims, iss: "https://elsewhere.example" }, secret), 400],
      ["is signed with another key", token(claims, randomBytes(32)), 400],
      ["names a key that does not exist", token(claims, secret, { kid: "2026" }), 400],
    ])("a token is refused if it %s", async (_, bearer, status) => {
      expect((await session(bearer)).status).toBe(status);
    });

    test("README.md's key of an identity provider is accepted without a restart", async () => {
      const page = await readFile(join(root, "examples/jwt/README.md"), "utf8");
      const [, yaml = ""] = /^```yaml\n(.*?)^```/ms.exec(page) ?? [];
      const folder = await tempFolder({ "001.yaml": yaml, "public.pem": pemOf(pair.publicKey) });
      await applied(join(folder, "001.yaml"), "jwt-provider", { JWT_PUBLIC_KEY_FILE: join(folder, "public.pem") });
      const bearer = token(claims, pair.privateKey, { kid: "provider-1" });
      expect((await session(bearer)).body.userCtx).toEqual({ name: "zoe", roles: [] });
    });

    test("an RSA key from a file with CRLF is accepted, under an id that ends with `=`, after a restart too", async () => {
      const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const folder = await tempFolder({ "public.pem": pemOf(rsa.publicKey).replaceAll("\n", "\r\n") });
      const yaml = `- id: key\n  ensureConfig: { jwt_keys: { "rsa:cHJv=": "\${file:${join(folder, "public.pem")}}" } }\n`;
      const { migrations } = await applied(await tempFolder({ "001.yaml": yaml }), "jwt-rsa");
      await reload();
      const bearer = token(claims, rsa.privateKey, { kid: "cHJv=" });
      expect((await session(bearer)).body.userCtx).toEqual({ name: "zoe", roles: [] });
      expect(await plan(migrations, { ...options("jwt-rsa"), verify: true })).toMatchObject({ changes: 0 });
    });

    test("a token without the claim of `roles_claim_path` gets 404", async () => {
      await must(node, "PUT", "/_node/_local/_config/jwt_auth/roles_claim_path", { body: "realm_access.roles" });
      const mapped = token({ ...claims, realm_access: { roles: ["player"] } }, secret);
      expect((await session(mapped)).body.userCtx).toEqual({ name: "zoe", roles: ["player"] });
      expect((await session(good)).status).toBe(404);
    });
  });

  describe("a database per user", () => {
    const databaseOf = (name: string) => `/userdb-${Buffer.from(name).toString("hex")}`;
    const migrate = () => applied("examples/database-per-user/migrations", "users");
    const signUp = (name: string) => {
      const body = { name, password: "secret", roles: [], type: "user" };
      return must(node, "PUT", `/_users/org.couchdb.user:${name}`, { body });
    };
    const created = (name: string) =>
      until(
        () => request(node, "GET", `${databaseOf(name)}/_security`),
        ({ body }) => body.members?.names?.includes(name),
      );

    test("users who signed up earlier get one, too", async () => {
      await signUp("early");
      await migrate();
      await created("early");
    });

    test("the next run brings the database of a new user up to date", async () => {
      await signUp("zoe");
      await created("zoe");
      const migrations = await loadMigrations("examples/database-per-user/migrations");
      const { steps } = await plan(migrations, options("users"));
      const due = ({ databases }: (typeof steps)[number]) => Object.keys(databases).includes("userdb-7a6f65");
      expect(steps.filter(due).map(({ id }) => id)).toEqual([
        "user-database-access",
        "user-database-design",
        "user-database-indexes",
      ]);
      await migrate();
      const as = { name: "zoe", password: "secret" };
      expect(await must(node, "GET", `${databaseOf("zoe")}/_security`)).toEqual({
        admins: { names: ["zoe"], roles: ["_admin"] },
        members: { names: ["zoe"], roles: ["_admin", "support"] },
      });
      expect((await request(node, "PUT", `${databaseOf("zoe")}/a`, { as, body: {} })).status).toBe(403);
      await must(node, "PUT", `${databaseOf("zoe")}/a`, { as, body: { type: "note", tags: ["x"] } });
      expect(await must(node, "GET", `${databaseOf("zoe")}/_design/notes/_view/by-tag`, { as })).toMatchObject({
        rows: [{ key: "x" }],
      });
      expect((await migrate()).result).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    });
  });
});
