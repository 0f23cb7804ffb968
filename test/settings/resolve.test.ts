import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readConnection } from "../../src/settings/connection.js";
import type { Flags } from "../../src/settings/flags.js";
import { resolveSettings } from "../../src/settings/resolve.js";
import type { CommandName } from "../../src/settings/setting.js";
import type { Environment } from "../../src/settings/source.js";
import { tempFolder } from "../support/temp.js";

interface Given {
  readonly command?: CommandName;
  readonly flags?: Flags;
  readonly env?: Environment;
  readonly yaml?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** In a new folder; `{}` in a value stands for its path. */
async function resolve({ command = "apply", flags = {}, env = {}, yaml, files = {} }: Given) {
  const folder = await tempFolder({ ...files, ...(yaml === undefined ? {} : { "couchdb-migrate.yaml": yaml }) });
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  const placed = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value?.replace("{}", folder)]));
  return resolveSettings(command, flags, placed);
}

describe("precedence", () => {
  const yaml = "requestTimeout: 3s\n";
  test.each<[string, Given, number]>([
    [
      "a flag takes precedence over everything else",
      { flags: { "request-timeout": "1s" }, env: { COUCHDB_MIGRATE_REQUEST_TIMEOUT: "2s" }, yaml },
      1000,
    ],
    ["the environment takes precedence over the file", { env: { COUCHDB_MIGRATE_REQUEST_TIMEOUT: "2s" }, yaml }, 2000],
    ["the file takes precedence over the default", { yaml }, 3000],
    ["an empty variable counts as absent", { env: { COUCHDB_MIGRATE_REQUEST_TIMEOUT: "" } }, 30_000],
    ["the default applies if nothing else is set", {}, 30_000],
  ])("%s", async (_, given, requestTimeout) => {
    const resolved = await resolve(given);
    expect(resolved.problems).toEqual([]);
    expect(resolved.settings.requestTimeout).toBe(requestTimeout);
  });
});

describe("problems", () => {
  test.each<[string, Given, string[]]>([
    [
      "from all sources are reported together",
      { flags: { wait: "1" }, env: { COUCHDB_MIGRATE_TIMEOUT: "x" }, yaml: "leaseTTL: 30s\nset: ''\n" },
      [
        "couchdb-migrate.yaml:1:1: unknown setting `leaseTTL`; did you mean `leaseTtl`?",
        "couchdb-migrate.yaml:2:1: set must have one plain value",
        "--wait: `1` needs a unit; write `1s`, or `1m`",
        "COUCHDB_MIGRATE_TIMEOUT: `x` is not a duration; write `30s` or `5m`",
      ],
    ],
    [
      "a misspelled flag",
      { flags: { "lease-wiat": "1s" } },
      ["unknown flag `--lease-wiat`; did you mean `--lease-wait`?"],
    ],
    [
      "a flag of another command",
      { command: "validate", flags: { "dry-run": true } },
      ["validate has no flag `--dry-run`; it is a flag of apply"],
    ],
    ["another name of a flag", { flags: { "lock-wait": "5" } }, ["--lock-wait: `5` needs a unit; write `5s`, or `5m`"]],
    [
      "a format of another command",
      { command: "status", flags: { format: "markdown" } },
      ["--format: `markdown` is not one of `text`, `json`"],
    ],
    ["a flag without its value", { flags: { wait: "" } }, ["--wait needs a value"]],
    ["a flag that can't be negated", { flags: { wait: false } }, ["--no-wait: this flag can't be negated"]],
    [
      "a number for a duration in the file",
      { yaml: "wait: 30\n" },
      ["couchdb-migrate.yaml:1:1: wait: `30` needs a unit; write `30s`, or `30m`"],
    ],
    [
      "a password in the file",
      { yaml: "password: geheim\n" },
      ["couchdb-migrate.yaml:1:1: password is not allowed in this file; set COUCHDB_PASSWORD instead"],
    ],
    [
      "a list as the file",
      { yaml: "- wait\n" },
      ["couchdb-migrate.yaml:1:1: the file must be a mapping of settings (`key: value`)"],
    ],
    ["a duplicate key", { yaml: "wait: 1s\nwait: 2s\n" }, ["couchdb-migrate.yaml:2:1: Map keys must be unique"]],
    [
      "a missing file that --config names",
      { flags: { config: "no.yaml" } },
      ["--config: no.yaml: the file does not exist"],
    ],
    [
      "both a value and its file",
      { env: { COUCHDB_PASSWORD: "geheim", COUCHDB_PASSWORD_FILE: "{}/p" }, files: { p: "x" } },
      ["COUCHDB_PASSWORD and COUCHDB_PASSWORD_FILE are both set; keep one of them"],
    ],
    [
      "a missing file for a value",
      { env: { COUCHDB_PASSWORD_FILE: "{}/p" } },
      ["COUCHDB_PASSWORD_FILE: the file does not exist"],
    ],
    [
      "an empty file for a value",
      { env: { COUCHDB_PASSWORD_FILE: "{}/p" }, files: { p: "\n" } },
      ["COUCHDB_PASSWORD_FILE: the file is empty"],
    ],
    [
      "a file with two empty lines for a value",
      { env: { COUCHDB_TOKEN_FILE: "{}/t" }, files: { t: "\n\n" } },
      ["COUCHDB_TOKEN_FILE: the file is empty"],
    ],
    [
      "a file with something else than a token",
      { env: { COUCHDB_TOKEN_FILE: "{}/t" }, files: { t: "geheim geheim" } },
      ["COUCHDB_TOKEN_FILE: the file's content is not a bearer token"],
    ],
    [
      "something else than a token",
      { env: { COUCHDB_TOKEN: "geheim geheim" } },
      ["COUCHDB_TOKEN: the value is not a bearer token"],
    ],
    [
      "a device as the file for a value",
      { env: { COUCHDB_PASSWORD_FILE: "/dev/zero" } },
      ["COUCHDB_PASSWORD_FILE: it is a device, pipe or socket, not a file"],
    ],
    [
      "a device as the file with settings",
      { flags: { config: "/dev/zero" } },
      ["--config: /dev/zero: it is a device, pipe or socket, not a file"],
    ],
    [
      "a folder as the file for a value",
      { env: { COUCHDB_PASSWORD_FILE: "/" } },
      ["COUCHDB_PASSWORD_FILE: it is a folder, not a file"],
    ],
  ])("%s", async (_, given, problems) => {
    expect((await resolve(given)).problems).toEqual(problems);
  });
});

test.each<[string, string[]]>([
  [
    "COUCHDB_MIGRATE_LEASE_TLL",
    ["unknown environment variable COUCHDB_MIGRATE_LEASE_TLL; did you mean `COUCHDB_MIGRATE_LEASE_TTL`?"],
  ],
  ["COUCHDB_MIGRATE_SERVICE_HOST", []],
  ["COUCHDB_MIGRATE_PORT", []],
  ["COUCHDB_MIGRATE_PORT_80_TCP", []],
  ["COUCHDB_MIGRATE_WHATEVER_ELSE", []],
])("the environment variable %s gives the warnings %j", async (name, warnings) => {
  expect((await resolve({ env: { [name]: "tcp://10.0.0.1:80" } })).warnings).toEqual(warnings);
});

test("paths in the file are relative to its folder, those in flags to the working directory", async () => {
  const files = { "deploy/settings.yaml": "path: migrations\nca: /etc/ca.pem\n" };
  const config = join("deploy", "settings.yaml");
  const fromFile = await resolve({ flags: { config }, files });
  expect(fromFile.settings.path).toBe(join("deploy", "migrations"));
  expect(fromFile.settings.ca).toBe("/etc/ca.pem");
  const fromFlag = await resolve({ flags: { config, path: "other" }, files });
  expect(fromFlag.settings.path).toBe("other");
});

describe("the connection", () => {
  const wrongHeaders: [string, string][] = [
    ["geheim", "a header is not `Name: value`"],
    ["two words: geheim", "a header is not `Name: value`"],
    ["Authorization: geheim", "`Authorization` is set by the login; use COUCHDB_TOKEN for a bearer token"],
    ["host: geheim", "`host` is set by couchdb-migrate itself"],
    ["Content-Length: 1", "`Content-Length` is set by couchdb-migrate itself"],
    ["ACCEPT: geheim", "`ACCEPT` is set by couchdb-migrate itself"],
    ["X-Empty: ", "`X-Empty` has no value"],
    ["X-Wide: geheim✓", "`X-Wide` has a value with characters that no header may contain"],
    ["X-One: geheim\nx-one: geheim", "`x-one` is set twice"],
    ["geheim\ngeheim", "a header is not `Name: value`"],
  ];
  const twoWays = (other: string) =>
    `${other} and COUCHDB_TOKEN are set: keep only one way to log in; steps can take their values from other variables`;
  const service = {
    COUCHDB_SERVICE_HOST: "couchdb",
    COUCHDB_SERVICE_PORT: "5984",
    COUCHDB_PORT: "tcp://10.0.0.1:5984",
  };
  const login = { COUCHDB_USERNAME: "overlord", COUCHDB_PASSWORD: "a b%" };
  const none = { warnings: [], problems: [] };

  test.each<[string, Given, object]>([
    [
      "uses a Kubernetes service",
      { env: { ...service, ...login } },
      { url: "http://couchdb:5984", username: "overlord", password: "a b%", ...none },
    ],
    [
      "uses a service without a port",
      { env: { COUCHDB_SERVICE_HOST: "couchdb" } },
      { url: "http://couchdb:5984", ...none },
    ],
    [
      "uses a service with an IPv6 address",
      { env: { COUCHDB_SERVICE_HOST: "fd00::1" } },
      { url: "http://[fd00::1]:5984", ...none },
    ],
    [
      "uses a URL with a prefix",
      { env: { COUCHDB_URL: "https://db.example.org/couch/" } },
      { url: "https://db.example.org/couch", ...none },
    ],
    [
      "uses a URL in a file",
      { env: { COUCHDB_URL_FILE: "{}/u" }, files: { u: "http://u:p@db:1\n" } },
      { url: "http://db:1", username: "u", password: "p", ...none },
    ],
    [
      "a URL takes precedence over the service, and its credentials over others",
      { env: { ...service, ...login, COUCHDB_URL: "http://u:p%40%2F@db:1" } },
      { url: "http://db:1", username: "u", password: "p@/", ...none },
    ],
    [
      "a name in the URL, the password elsewhere",
      { env: { ...login, COUCHDB_URL: "http://u@db:1" } },
      { url: "http://db:1", username: "u", password: "a b%", ...none },
    ],
    [
      "credentials on the command line",
      { flags: { url: "http://u:p@db:1" } },
      {
        url: "http://db:1",
        username: "u",
        password: "p",
        problems: [],
        warnings: [
          "--url contains credentials, which the process list shows; use COUCHDB_USERNAME and COUCHDB_PASSWORD",
        ],
      },
    ],
    [
      "passwords in files lose one line end",
      {
        env: {
          ...service,
          COUCHDB_USERNAME_FILE: "{}/n",
          COUCHDB_PASSWORD_FILE: "{}/p",
          COUCHDB_PREVIOUS_PASSWORD_FILE: "{}/o",
        },
        files: { n: "overlord", p: " new \n", o: "old\n\n" },
      },
      { url: "http://couchdb:5984", username: "overlord", password: " new ", previousPassword: "old\n", ...none },
    ],
    [
      "certificates",
      { env: { ...service }, flags: { ca: "ca.pem" }, files: { "ca.pem": "PEM" } },
      { url: "http://couchdb:5984", tls: { ca: "PEM" }, ...none },
    ],
    [
      "no address",
      {},
      { problems: ["no CouchDB address: set --url, COUCHDB_URL or COUCHDB_SERVICE_HOST"], warnings: [] },
    ],
    [
      "no address, and environments to choose from",
      { files: { "couchdb-migrate.yaml": "environments: { staging: {}, production: { url: http://db:5984 } }" } },
      {
        problems: [
          "no CouchDB address: set --url, COUCHDB_URL or COUCHDB_SERVICE_HOST, or choose an environment with --environment: staging, production",
        ],
        warnings: [],
      },
    ],
    [
      "no URL",
      { env: { COUCHDB_URL: "geheim" } },
      { problems: ["COUCHDB_URL: the URL needs http:// or https://, for example http://127.0.0.1:5984"], warnings: [] },
    ],
    [
      "a URL with another scheme",
      { env: { COUCHDB_URL: "ftp://u:geheim@db" } },
      { problems: ["COUCHDB_URL: the URL needs http:// or https://, for example http://127.0.0.1:5984"], warnings: [] },
    ],
    [
      "a URL with a query",
      { env: { COUCHDB_URL: "http://db?x=geheim" } },
      { problems: ["COUCHDB_URL: the URL must not contain `?` or `#`"], warnings: [] },
    ],
    [
      "a name without a password",
      { env: { ...service, COUCHDB_USERNAME: "overlord" } },
      {
        url: "http://couchdb:5984",
        username: "overlord",
        problems: ["a user name is set, but no password; set COUCHDB_PASSWORD or COUCHDB_PASSWORD_FILE"],
        warnings: [],
      },
    ],
    [
      "a password without a name",
      { env: { ...service, COUCHDB_PASSWORD: "geheim" } },
      {
        url: "http://couchdb:5984",
        password: "geheim",
        problems: ["COUCHDB_PASSWORD is set, but no user name; set COUCHDB_USERNAME"],
        warnings: [],
      },
    ],
    [
      "COUCHDB_USER, as in CouchDB's own image",
      { env: { ...service, COUCHDB_USER: "overlord", COUCHDB_PASSWORD: "geheim" } },
      {
        url: "http://couchdb:5984",
        password: "geheim",
        problems: ["COUCHDB_PASSWORD is set, but no user name: COUCHDB_USER is ignored; use COUCHDB_USERNAME"],
        warnings: [],
      },
    ],
    [
      "COUCHDB_USER alone",
      { env: { ...service, COUCHDB_USER: "overlord" } },
      {
        url: "http://couchdb:5984",
        problems: [],
        warnings: ["COUCHDB_USER is set, but ignored; use COUCHDB_USERNAME"],
      },
    ],
    [
      "COUCHDB_USER alongside COUCHDB_USERNAME",
      { env: { ...service, COUCHDB_USER: "x", COUCHDB_USERNAME: "overlord", COUCHDB_PASSWORD: "geheim" } },
      { url: "http://couchdb:5984", username: "overlord", password: "geheim", ...none },
    ],
    [
      "a password with the line break of `echo`",
      { env: { ...service, COUCHDB_USERNAME: "overlord", COUCHDB_PASSWORD: "geheim\n" } },
      {
        url: "http://couchdb:5984",
        username: "overlord",
        password: "geheim\n",
        problems: ["COUCHDB_PASSWORD ends with a line break; remove it (`echo` writes one, `printf %s` does not)"],
        warnings: [],
      },
    ],
    [
      "a proxy secret with the line break of `echo`",
      { env: { ...service, COUCHDB_USERNAME: "overlord", COUCHDB_PROXY_SECRET: "geheim\n" } },
      {
        url: "http://couchdb:5984",
        proxyAuthentication: expect.anything(),
        problems: ["COUCHDB_PROXY_SECRET ends with a line break; remove it (`echo` writes one, `printf %s` does not)"],
        warnings: [],
      },
    ],
    [
      "an API key with the line break of `echo`",
      { env: { ...service, COUCHDB_IAM_API_KEY: "geheim\n" } },
      {
        url: "http://couchdb:5984",
        iam: expect.anything(),
        problems: ["COUCHDB_IAM_API_KEY ends with a line break; remove it (`echo` writes one, `printf %s` does not)"],
        warnings: [],
      },
    ],
    [
      "a password with a line break in the URL",
      { env: { COUCHDB_URL: "http://overlord:geheim%0A@db" } },
      {
        url: "http://db",
        username: "overlord",
        password: "geheim\n",
        problems: [
          "COUCHDB_URL: the password ends with a line break; remove it (`echo` writes one, `printf %s` does not)",
        ],
        warnings: [],
      },
    ],
    [
      "a token",
      { env: { ...service, COUCHDB_TOKEN: "a.b.c" } },
      { url: "http://couchdb:5984", token: "a.b.c", ...none },
    ],
    [
      "a token in a file",
      { env: { ...service, COUCHDB_TOKEN_FILE: "{}/t" }, files: { t: "a.b.c\n" } },
      { url: "http://couchdb:5984", token: expect.any(Function), ...none },
    ],
    [
      "a token and the name of a user, which only steps use",
      { env: { ...service, COUCHDB_TOKEN: "a.b.c", COUCHDB_USERNAME: "overlord" } },
      { url: "http://couchdb:5984", token: "a.b.c", ...none },
    ],
    [
      "proxy authentication",
      { env: { ...service, COUCHDB_USERNAME: "overlord", COUCHDB_PROXY_SECRET: "geheim" } },
      {
        url: "http://couchdb:5984",
        proxyAuthentication: { username: "overlord", secret: "geheim", roles: ["_admin"] },
        ...none,
      },
    ],
    [
      "proxy authentication with roles, as the user of the URL",
      { env: { COUCHDB_URL: "http://u@db", COUCHDB_PROXY_SECRET: "geheim", COUCHDB_PROXY_ROLES: "drone, larva" } },
      {
        url: "http://db",
        proxyAuthentication: { username: "u", secret: "geheim", roles: ["drone", "larva"] },
        ...none,
      },
    ],
    [
      "proxy authentication without a user",
      { env: { ...service, COUCHDB_PROXY_SECRET: "geheim" } },
      {
        url: "http://couchdb:5984",
        proxyAuthentication: expect.anything(),
        problems: ["COUCHDB_PROXY_SECRET is set, but no user name; set COUCHDB_USERNAME"],
        warnings: [],
      },
    ],
    [
      "an API key of IAM",
      { env: { ...service, COUCHDB_IAM_API_KEY: "geheim" } },
      {
        url: "http://couchdb:5984",
        iam: { apiKey: "geheim", url: "https://iam.cloud.ibm.com/identity/token" },
        ...none,
      },
    ],
    [
      "three ways at once",
      { env: { ...service, ...login, COUCHDB_TOKEN: "geheim", COUCHDB_PROXY_SECRET: "geheim" } },
      {
        url: "http://couchdb:5984",
        token: "geheim",
        problems: [twoWays("COUCHDB_PASSWORD, COUCHDB_TOKEN").replace("and COUCHDB_TOKEN", "and COUCHDB_PROXY_SECRET")],
        warnings: [],
      },
    ],
    [
      "a header",
      { env: { ...service, ...login }, flags: { header: "X-Tenant: zerg" } },
      { url: "http://couchdb:5984", username: "overlord", password: "a b%", headers: { "X-Tenant": "zerg" }, ...none },
    ],
    [
      "several headers",
      { env: service, flags: { header: ["X-Tenant:zerg", "Cookie: a=b; c=d,e"] } },
      { url: "http://couchdb:5984", headers: { "X-Tenant": "zerg", Cookie: "a=b; c=d,e" }, ...none },
    ],
    [
      "headers in a file",
      { env: { ...service, COUCHDB_MIGRATE_HEADERS_FILE: "{}/h" }, files: { h: "\nX-One: 1\r\nX-Two:  a: b \n\n" } },
      { url: "http://couchdb:5984", headers: { "X-One": "1", "X-Two": "a: b" }, ...none },
    ],
    ...wrongHeaders.map(([line, problem]): [string, Given, object] => [
      `a header that can't be used: ${JSON.stringify(line)}`,
      { env: { ...service, COUCHDB_MIGRATE_HEADERS: line } },
      {
        url: "http://couchdb:5984",
        headers: expect.anything(),
        problems: [`COUCHDB_MIGRATE_HEADERS: ${problem}`],
        warnings: [],
      },
    ]),
    [
      "a token and a password",
      { env: { ...service, COUCHDB_TOKEN: "geheim", COUCHDB_USERNAME: "overlord", COUCHDB_PASSWORD: "geheim" } },
      { url: "http://couchdb:5984", token: "geheim", warnings: [], problems: [twoWays("COUCHDB_PASSWORD")] },
    ],
    [
      "a token and a login in the URL",
      { env: { COUCHDB_URL: "http://overlord:geheim@db", COUCHDB_TOKEN: "geheim" } },
      { url: "http://db", token: "geheim", warnings: [], problems: [twoWays("the login in COUCHDB_URL")] },
    ],
    [
      "a `#` in the URL's password",
      { env: { COUCHDB_URL: "http://overlord:ge#heim@db:5984" } },
      {
        problems: [
          "COUCHDB_URL: the password in the URL contains `#`: write `%23` instead, or use COUCHDB_USERNAME and COUCHDB_PASSWORD",
        ],
        warnings: [],
      },
    ],
    [
      "an `@` in the URL's password, which is allowed",
      { env: { COUCHDB_URL: "http://overlord:ge@heim@db:5984" } },
      { url: "http://db:5984", username: "overlord", password: "ge@heim", ...none },
    ],
    [
      "a certificate without its key",
      { env: service, flags: { cert: "c" }, files: { c: "PEM" } },
      {
        url: "http://couchdb:5984",
        tls: { cert: "PEM" },
        problems: ["--cert and --key belong together: set both or none"],
        warnings: [],
      },
    ],
    [
      "a missing certificate",
      { env: service, flags: { ca: "c" } },
      { problems: ["--ca: the file does not exist"], warnings: [] },
    ],
  ])("%s", async (_, given, expected) => {
    const resolved = await resolve(given);
    expect(resolved.problems).toEqual([]);
    const problems: string[] = [];
    const warnings: string[] = [];
    const report = { problem: (text: string) => problems.push(text), warning: (text: string) => warnings.push(text) };
    const { requestTimeout = 30_000, ...connection } = readConnection(resolved, given.env ?? {}, report) ?? {};
    expect({ ...connection, problems, warnings }).toEqual(expected);
    expect(requestTimeout).toBe(30_000);
    expect(problems.join()).not.toContain("geheim");
  });
});

test("a token's file is read once at the start, and again when the token is renewed", async () => {
  const folder = await tempFolder({ token: "one\n" });
  const env = { COUCHDB_URL: "http://db", COUCHDB_TOKEN_FILE: join(folder, "token") };
  const resolved = await resolve({ env });
  await writeFile(join(folder, "token"), "two\n");
  const { token } = readConnection(resolved, env, { problem: () => {}, warning: () => {} }) ?? {};
  if (typeof token !== "function") throw new Error("no function");
  expect([await token(), await token()]).toEqual(["one", "two"]);
  const said = async () =>
    String(
      await Promise.resolve()
        .then(token)
        .catch((error: Error) => error.message),
    );
  for (const [content, message] of [
    ["\n \n", "COUCHDB_TOKEN_FILE: the file is empty"],
    ["not a token", "COUCHDB_TOKEN_FILE: the file's content is not a bearer token"],
  ] as const) {
    await writeFile(join(folder, "token"), content);
    expect(await said()).toBe(message);
  }
  await rm(join(folder, "token"));
  expect(await said()).toBe("COUCHDB_TOKEN_FILE: the file does not exist");
});

describe("sections of couchdb-migrate.yaml", () => {
  test("`lint.off` has the rules that are off, with their reasons", async () => {
    const { sections, problems } = await resolve({
      yaml: "lint:\n  off:\n    emit-doc: the API needs whole documents\n",
    });
    expect(problems).toEqual([]);
    expect(sections.lintOff).toEqual({ "emit-doc": "the API needs whole documents" });
  });

  test("`policies` has what is refused and warned about", async () => {
    const yaml = "policies:\n  removals: warn\n  rebuilds-in-place: { action: refuse, over: 1000 }\n";
    const { sections, problems } = await resolve({ yaml });
    expect(problems).toEqual([]);
    expect(sections.policies).toEqual({
      removals: { action: "warn" },
      "rebuilds-in-place": { action: "refuse", over: 1000 },
    });
  });

  test.each<[string, string]>([
    ["policies: { removal: warn }", "policies: unknown key `removal`; did you mean `removals`?"],
    ["policies: { removals: error }", "policies: removals is `warn` or `refuse`"],
    ["policies: { removals: { action: warn, over: 3 } }", "policies: removals is `warn` or `refuse`"],
    [
      "policies: { rebuilds-in-place: { action: warn, over: many } }",
      "policies: rebuilds-in-place is `warn` or `refuse`, or `{ action: refuse, over: 100000 }`",
    ],
    ["policies: refuse", "policies must be a mapping: `policies: { removals: refuse }`"],
  ])("%s is refused", async (yaml, problem) => {
    expect((await resolve({ yaml })).problems).toEqual([`couchdb-migrate.yaml:1:1: ${problem}`]);
  });

  test.each<[string, string, string]>([
    ["no reason", "lint: { off: { emit-doc: } }", "lint: say why `emit-doc` is off: the reason is text"],
    [
      "a list",
      "lint: { off: [emit-doc] }",
      "lint turns rules off, each with the reason: `lint: { off: { <rule>: <reason> } }`",
    ],
    ["text", "lint: off", "lint turns rules off, each with the reason: `lint: { off: { <rule>: <reason> } }`"],
    [
      "another key",
      "lint: { of: { emit-doc: why } }",
      "lint turns rules off, each with the reason: `lint: { off: { <rule>: <reason> } }`: unknown key `of`; did you mean `off`?",
    ],
    ["a misspelled section", "lnt: { off: {} }", "unknown setting `lnt`; did you mean `lint`?"],
  ])("can't have %s", async (_title, yaml, problem) => {
    const { problems } = await resolve({ yaml });
    expect(problems).toEqual([`couchdb-migrate.yaml:1:1: ${problem}`]);
  });
});

describe("environments of couchdb-migrate.yaml", () => {
  const yaml = [
    "requestTimeout: 3s",
    "environments:",
    "  development:",
    "    requestTimeout: 4s",
    "    allowRevert: true",
    "    variables: { SHARDS: 2, OPEN: true, NAME: zerglings }",
    "  production:",
    "",
  ].join("\n");
  const chosen = { environment: "development" };

  test.each<[string, Given, number]>([
    ["come after a flag", { flags: { ...chosen, "request-timeout": "1s" }, yaml }, 1000],
    ["come after a variable", { flags: chosen, env: { COUCHDB_MIGRATE_REQUEST_TIMEOUT: "2s" }, yaml }, 2000],
    ["come before the other keys of the file", { flags: chosen, yaml }, 4000],
    ["may leave a setting to the other keys", { flags: { environment: "production" }, yaml }, 3000],
    ["do not count if none is chosen", { yaml }, 3000],
    ["can be chosen by a variable", { env: { COUCHDB_MIGRATE_ENVIRONMENT: "development" }, yaml }, 4000],
    ["can be chosen by a key", { yaml: `environment: development\n${yaml}` }, 4000],
  ])("%s", async (_, given, requestTimeout) => {
    const resolved = await resolve(given);
    expect(resolved.problems).toEqual([]);
    expect(resolved.settings.requestTimeout).toBe(requestTimeout);
    expect(resolved.environments).toEqual(["development", "production"]);
  });

  test("have variables, as they are written", async () => {
    const { variables, settings } = await resolve({ flags: chosen, yaml });
    expect(variables).toEqual({ SHARDS: "2", OPEN: "true", NAME: "zerglings" });
    expect(settings.allowRevert).toBe(true);
    expect((await resolve({ flags: { environment: "production" }, yaml })).variables).toEqual({});
  });

  test("have sections, which come before those of the file", async () => {
    const policies = (removals: string) => `policies: { removals: ${removals} }`;
    const text = `${policies("warn")}\nenvironments: { production: { ${policies("refuse")} }, development: {} }\n`;
    const removalsIn = async (environment: string) =>
      (await resolve({ flags: { environment }, yaml: text })).sections.policies.removals;
    expect(await removalsIn("production")).toEqual({ action: "refuse" });
    expect(await removalsIn("development")).toEqual({ action: "warn" });
  });

  const at = (place: string, problem: string) => `couchdb-migrate.yaml:${place}: ${problem}`;
  test.each<[string, Given, string[]]>([
    [
      "another name",
      { flags: { environment: "developmnt" }, yaml },
      ["--environment: unknown environment `developmnt`; did you mean `development`?"],
    ],
    [
      "a name like none of them",
      { env: { COUCHDB_MIGRATE_ENVIRONMENT: "canary" }, yaml },
      [
        "COUCHDB_MIGRATE_ENVIRONMENT: unknown environment `canary`; couchdb-migrate.yaml declares development, production",
      ],
    ],
    [
      "a name, although none is declared",
      { flags: chosen },
      ["--environment: `development` is not declared; add `environments:` to couchdb-migrate.yaml"],
    ],
    [
      "a list",
      { yaml: "environments: [development]\n" },
      [at("1:1", "environments must be a mapping: the name of each environment, with its settings below")],
    ],
    [
      "a wrong name",
      { yaml: "environments: { '*': {} }\n" },
      [
        at(
          "1:17",
          "`*` can't be an environment: it needs a name of up to 100 letters, digits, `.`, `_` and `-` that begins with a letter or digit",
        ),
      ],
    ],
    [
      "an unknown key, and a value that can't be used, in an environment that was not chosen",
      { flags: chosen, yaml: `${yaml}    wiat: 1s\n    wait: 1\n` },
      [
        at("8:5", "unknown setting `wiat`; did you mean `wait`?"),
        at("9:5", "wait: `1` needs a unit; write `1s`, or `1m`"),
      ],
    ],
    [
      "an environment in an environment",
      { yaml: "environments: { development: { environment: production } }\n" },
      [at("1:32", "environment is not allowed in an environment")],
    ],
    [
      "a list as a variable, and a wrong name",
      { yaml: "environments:\n  development:\n    variables: { A-B: 1, C: [1] }\n" },
      [
        at("3:5", "variables: `A-B` can't be the name of a variable"),
        at("3:5", "variables: C must have one plain value"),
      ],
    ],
  ])("can't have %s", async (_, given, problems) => {
    expect((await resolve(given)).problems).toEqual(problems);
  });
});

describe("env files", () => {
  const files = {
    "a.env": "# comment\nCOUCHDB_MIGRATE_REQUEST_TIMEOUT=5s\nNAME='zerglings'\nEMPTY=\n",
    "b.env": "COUCHDB_MIGRATE_REQUEST_TIMEOUT=6s\n",
  };
  const timeout = { COUCHDB_MIGRATE_REQUEST_TIMEOUT: "2s" };

  test.each<[string, Given, number]>([
    ["count as variables", { flags: { "env-file": "a.env" }, files, yaml: "requestTimeout: 3s\n" }, 5000],
    ["come after the variables of the process", { flags: { "env-file": "a.env" }, files, env: timeout }, 2000],
    ["come after each other", { flags: { "env-file": ["a.env", "b.env"] }, files }, 6000],
    ["can be named by a variable", { env: { COUCHDB_MIGRATE_ENV_FILE: "b.env,a.env" }, files }, 5000],
    ["can be named by a key", { yaml: "envFile: a.env\n", files }, 5000],
    ["can be named by a list", { yaml: "envFile: [a.env, b.env]\n", files }, 6000],
    [
      "can be named by an environment",
      { yaml: "envFile: a.env\nenvironment: x\nenvironments: { x: { envFile: b.env } }\n", files },
      6000,
    ],
    [
      "of a flag are read instead of those of the file",
      { flags: { "env-file": "a.env" }, yaml: "envFile: b.env\n", files },
      5000,
    ],
  ])("%s", async (_, given, requestTimeout) => {
    const { problems, settings } = await resolve(given);
    expect(problems).toEqual([]);
    expect(settings.requestTimeout).toBe(requestTimeout);
  });

  test("define the variables of the files, and the connection", async () => {
    const env = { ...files, "c.env": "COUCHDB_URL=http://couch:5984\nCOUCHDB_USERNAME=a\nCOUCHDB_PASSWORD=geheim\n" };
    const resolved = await resolve({ flags: { "env-file": "a.env,c.env" }, files: env, env: { NAME: "own" } });
    expect(resolved.env).toMatchObject({ NAME: "own", EMPTY: "" });
    expect(resolved.settings).toMatchObject({ url: "http://couch:5984", password: "geheim" });
    expect(resolved.given.get("url")?.source).toBe("c.env: COUCHDB_URL");
  });

  test.each<[string, Given, string[]]>([
    ["a missing file", { flags: { "env-file": "no.env" } }, ["--env-file: no.env: the file does not exist"]],
    [
      "a wrong value",
      { flags: { "env-file": "x.env" }, files: { "x.env": "COUCHDB_MIGRATE_WAIT=5\n" } },
      ["x.env: COUCHDB_MIGRATE_WAIT: `5` needs a unit; write `5s`, or `5m`"],
    ],
    ["no path", { flags: { "env-file": "a.env,," }, files }, ["--env-file: is not a list of paths"]],
    [
      "the environment",
      { flags: { "env-file": "x.env" }, files: { "x.env": "COUCHDB_MIGRATE_ENVIRONMENT=production\n" } },
      [
        "x.env: COUCHDB_MIGRATE_ENVIRONMENT can't be set in an env file, because it decides which files are read; set it in the environment of the process",
      ],
    ],
  ])("can't have %s", async (_, given, problems) => {
    expect((await resolve(given)).problems).toEqual(problems);
  });
});
