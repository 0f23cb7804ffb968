/**
 * All settings. To add one, add an entry: its flag, its environment variable, its key in couchdb-migrate.yaml, its
 * checks, its type and its line in docs/settings.md are derived from it (`npm run generate`).
 */
import { couchdbPattern, defaults, nameHint, namePattern, tokenPattern } from "../contract/options.js";
import { type CommandName, commandNames, type Setting } from "./setting.js";

const planFormats = ["text", "json", "markdown"];
const textOrJson = { description: "format of the output on stdout", choices: ["text", "json"] } as const;

/** The commands that connect to a CouchDB. */
const server = [
  "apply",
  "stage",
  "plan",
  "status",
  "doctor",
  "wait",
  "ledger forget",
  "ledger accept",
  "ledger release",
  "ledger environment",
  "unlock",
  "import",
  "test",
  "dev",
  "reset",
] as const satisfies CommandName[];
const withLedger = server.filter((name) => name !== "wait" && name !== "import" && name !== "test");
const withLease = [
  "apply",
  "stage",
  "ledger forget",
  "ledger accept",
  "ledger release",
  "ledger environment",
  "dev",
  "reset",
] as const satisfies CommandName[];
const deciding = ["apply", "plan"] as const satisfies CommandName[];
/** The commands that older files end. */
const ofVersions = ["apply", "stage", "plan"] as const satisfies CommandName[];

export const table = {
  path: {
    type: "path",
    group: "Files",
    description: "folder of migration files, or one file",
    commands: [
      "apply",
      "stage",
      "plan",
      "status",
      "validate",
      "lint",
      "test",
      "dev",
      "reset",
      "doctor",
      "ledger accept",
      "new",
    ],
    per: {
      test: { description: "folder of migration files and their tests, or one test file" },
      dev: { description: "folder of migration files and their tests, or one migration file" },
    },
    default: defaults.path,
    positional: true,
  },
  requireVariables: {
    type: "boolean",
    group: "Files",
    description:
      "report an error for each variable that is not set; without it, validate and lint skip the fields that use it, and plan and status treat a secret that uses it as unknown",
    commands: ["plan", "status", "validate", "lint"],
    per: {
      lint: {
        description: "report an error for each variable that is not set, instead of skipping the fields that use it",
      },
      validate: {
        description: "report an error for each variable that is not set, instead of skipping the fields that use it",
      },
    },
    default: "false",
  },
  couchdb: {
    type: "string",
    group: "Files",
    description:
      "version of CouchDB that the files are for, with its JavaScript engine if it is not that of the official image: `3.5`, `3.5 quickjs`, `3.3 spidermonkey 91`",
    commands: ["lint"],
    defaultDescription: "unknown",
    pattern: couchdbPattern,
    hint: "a version such as `3.5`, or with an engine: `3.5 quickjs`, `3.3 spidermonkey 91`",
  },
  failOn: {
    type: "enum",
    group: "Files",
    description: "lowest severity of a finding that makes the exit code 1",
    commands: ["lint"],
    choices: ["error", "warning", "note", "never"],
    default: "error",
  },
  kind: {
    type: "string",
    group: "Files",
    description: "step kind of the example in the new file",
    commands: ["new"],
    default: "ensureDatabase",
  },
  test: {
    type: "boolean",
    group: "Files",
    description: "write a test file, or print the schema of test files",
    commands: ["new", "schema"],
    per: {
      new: { description: "write a test file with examples, instead of a migration file" },
      schema: { description: "print the schema of test files" },
    },
    default: "false",
  },
  settings: {
    type: "boolean",
    group: "Files",
    description: "print the schema of couchdb-migrate.yaml",
    commands: ["schema"],
    default: "false",
  },
  database: {
    type: "string",
    group: "Files",
    description: "import only the databases that match (`*` stands for any text), and nothing server-wide",
    commands: ["import"],
    defaultDescription: "all",
    pattern: /^[a-z*][a-z0-9_$()+/*-]*$/,
    hint: "a database's name, or a pattern with `*`",
  },
  fromBootstrap: {
    type: "path",
    group: "Files",
    description: "import this folder, laid out for couchdb-bootstrap, instead of a server",
    commands: ["import"],
  },
  force: {
    type: "boolean",
    group: "Files",
    description: "write into a folder that already contains migration files, and replace files of the same name",
    commands: ["import"],
    default: "false",
  },

  url: {
    type: "string",
    group: "Connection",
    description: "URL of CouchDB; credentials in it take precedence",
    commands: server,
    per: {
      test: {
        description: "run the tests on this CouchDB, as a server admin; only this flag counts, no other source",
        defaultDescription: "none: the tests run in an embedded server",
      },
      dev: { description: "URL of a CouchDB for development", defaultDescription: "none: an embedded server" },
      reset: { description: "URL of a CouchDB for development", defaultDescription: "none: the server of `dev`" },
    },
    env: "COUCHDB_URL",
    envFile: true,
    defaultDescription: "from COUCHDB_SERVICE_HOST and COUCHDB_SERVICE_PORT",
    secret: true,
  },
  serviceHost: {
    type: "string",
    group: "Connection",
    description: "host of CouchDB if no URL is set; Kubernetes sets it for a service named couchdb",
    commands: [],
    env: "COUCHDB_SERVICE_HOST",
    key: false,
    pattern: /^[\w.:[\]%-]+$/,
    hint: "a host name or an address",
  },
  servicePort: {
    type: "integer",
    group: "Connection",
    description: "port of CouchDB if no URL is set",
    commands: [],
    env: "COUCHDB_SERVICE_PORT",
    key: false,
    default: "5984",
    min: 1,
    max: 65_535,
  },
  username: {
    type: "string",
    group: "Connection",
    description: "user name to log in with; for the sandbox, the name of its admin",
    commands: ["sandbox"],
    per: { sandbox: { description: "name of the server's admin" } },
    env: "COUCHDB_USERNAME",
    envFile: true,
    key: false,
  },
  password: {
    type: "string",
    group: "Connection",
    description: "password to log in with; for the sandbox, the password of its admin",
    commands: ["sandbox"],
    per: { sandbox: { description: "password of the server's admin" } },
    env: "COUCHDB_PASSWORD",
    envFile: true,
    key: false,
    secret: true,
  },
  previousPassword: {
    type: "string",
    group: "Connection",
    description: "password before a rotation; tried once if CouchDB refuses the new one",
    commands: [],
    env: "COUCHDB_PREVIOUS_PASSWORD",
    envFile: true,
    key: false,
    secret: true,
  },
  token: {
    type: "string",
    group: "Connection",
    description:
      "bearer token to log in with, instead of a user name and a password; the file is read again during a long run, and after CouchDB refuses the token",
    commands: [],
    env: "COUCHDB_TOKEN",
    envFile: true,
    key: false,
    secret: true,
    pattern: tokenPattern,
    hint: "a bearer token",
  },
  proxySecret: {
    type: "string",
    group: "Connection",
    description:
      "log in as COUCHDB_USERNAME by CouchDB's proxy authentication, with the `secret` of its `[chttpd_auth]`, instead of a password",
    commands: [],
    env: "COUCHDB_PROXY_SECRET",
    envFile: true,
    key: false,
    secret: true,
  },
  proxyRoles: {
    type: "string",
    group: "Connection",
    description: "roles of the user of COUCHDB_PROXY_SECRET, with commas between them",
    commands: [],
    env: "COUCHDB_PROXY_ROLES",
    key: false,
    default: "_admin",
    pattern: /^[!-+.-~]+(?: *, *[!-+.-~]+)*$/,
    hint: "a list of roles such as `_admin,drone`",
  },
  iamApiKey: {
    type: "string",
    group: "Connection",
    description: "API key of IBM Cloud IAM to log in with, instead of a user name and a password, for IBM Cloudant",
    commands: [],
    env: "COUCHDB_IAM_API_KEY",
    envFile: true,
    key: false,
    secret: true,
  },
  iamUrl: {
    type: "string",
    group: "Connection",
    description: "where to exchange the key of COUCHDB_IAM_API_KEY for tokens",
    commands: [],
    env: "COUCHDB_IAM_URL",
    key: false,
    default: "https://iam.cloud.ibm.com/identity/token",
    pattern: /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#@]*)?$/,
    hint: "a URL such as https://iam.cloud.ibm.com/identity/token",
  },
  header: {
    type: "lines",
    group: "Connection",
    description:
      "header for every request to CouchDB, such as `X-Tenant: zerg`; for several, repeat the flag, or write one per line in the variable or its file; the process list shows flags, so use the file for secrets",
    commands: server,
    env: "COUCHDB_MIGRATE_HEADERS",
    envFile: true,
    key: false,
    secret: true,
  },
  ca: {
    type: "path",
    group: "Connection",
    description: "PEM file with the certificates to trust; NODE_EXTRA_CA_CERTS works too",
    commands: server,
  },
  cert: { type: "path", group: "Connection", description: "PEM file with the client certificate", commands: server },
  key: {
    type: "path",
    group: "Connection",
    description: "PEM file with the key of the client certificate",
    commands: server,
  },
  requestTimeout: {
    type: "duration",
    group: "Connection",
    description: "how long one request may take",
    commands: server,
    default: "30s",
    min: 1,
  },
  wait: {
    type: "duration",
    group: "Connection",
    description: "how long to wait for CouchDB if it is not up",
    commands: server,
    defaultDescription: "60s; plan, status, doctor and import do not wait",
  },

  set: {
    type: "string",
    group: "Ledger and lease",
    description: "migration set; each has its own ledger, lease and history",
    commands: withLedger,
    default: "default",
    pattern: namePattern,
    hint: nameHint,
  },
  ledgerDatabase: {
    type: "string",
    group: "Ledger and lease",
    description: "existing database for the ledger; its _security is not changed",
    commands: [...withLedger, "import"],
    defaultDescription: "couchdb-migrate, created by the tool",
    pattern: /^[a-z][a-z0-9_$()+/-]{0,237}$/,
    hint: "a letter, then lower-case letters, digits and any of `_$()+-/`",
  },
  leaseTtl: {
    type: "duration",
    group: "Ledger and lease",
    description: "how long a lease is valid without renewal; if its holder is killed, the next run waits this long",
    commands: withLease,
    default: "30s",
    min: 1000,
  },
  leaseWait: {
    type: "duration",
    group: "Ledger and lease",
    description: "how long to wait for the lease while another runner holds it",
    aliases: ["lock-wait"],
    commands: withLease,
    default: "10m",
  },
  holder: {
    type: "string",
    group: "Ledger and lease",
    description: "name of this runner, shown to runs that wait for its lease; in Kubernetes, use the pod's name",
    commands: withLease,
    defaultDescription: "the host's name and the process id",
    pattern: /^[\w.@:/-]{1,253}$/,
    hint: "at most 253 letters, digits and any of `._@:/-`",
  },

  verify: {
    type: "boolean",
    group: "Run",
    description: "compare every step with the server: apply repairs drift, plan counts it as a change",
    commands: deciding,
    per: {
      apply: { description: "compare every step with the server, and repair drift" },
      plan: { description: "compare every step with the server, and count drift as a change" },
    },
    default: "false",
  },
  allowDestroy: {
    type: "boolean",
    group: "Run",
    description: "allow steps to destroy data",
    commands: [...deciding, "dev", "reset"],
    default: "false",
  },
  allowRevert: {
    type: "boolean",
    group: "Run",
    description: "apply files even if they are older than what is applied; they become the newest",
    commands: ofVersions,
    per: { stage: { description: "stage files even if they are older than what is applied" } },
    default: "false",
  },
  onOlder: {
    type: "enum",
    group: "Run",
    description:
      "what to do if the files are older than what is applied; nothing is applied either way: skip (exit code 0, so that a pod starts) or fail (exit code 1)",
    commands: ofVersions,
    choices: ["skip", "fail"],
    default: "skip",
  },
  release: {
    type: "string",
    group: "Run",
    description:
      "release of the files, a whole number or an ISO 8601 time: a higher one than the last is always applied, a lower one is not; if it is equal, the files decide",
    commands: [...ofVersions, "status", "doctor"],
    defaultDescription: "none: the files decide",
    none: true,
    pattern: /^(?:\d{1,15}|\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2}))?)$/,
    hint: "a whole number, or an ISO 8601 time with its zone, such as 2026-05-01T10:00:00Z",
  },
  timeout: {
    type: "duration",
    group: "Run",
    description: "how long the whole run may take; after that it ends with exit code 6",
    commands: ["apply", "stage"],
    defaultDescription: "none",
    none: true,
    min: 1,
  },
  concurrency: {
    type: "integer",
    group: "Run",
    description:
      "how many databases to work on at once, and how many reads to send at once; if the round trip to CouchDB is long, up to four times as many reads",
    commands: ofVersions,
    default: "16",
    min: 1,
    max: 256,
  },
  builds: {
    type: "integer",
    group: "Run",
    description: "how many indexes to build at once for staged deployments",
    commands: ["apply", "stage"],
    default: "1",
    min: 1,
    max: 64,
  },
  scriptTimeout: {
    type: "duration",
    group: "Run",
    description: "how long the script of a transformation may take to load, and per document",
    commands: [...deciding, "test"],
    default: "1m",
    min: 1,
  },
  rate: {
    type: "string",
    group: "Run",
    description:
      "how many documents per second a transformation or seeding may write; `auto`: as many as the views of the database keep up with",
    commands: ["apply"],
    defaultDescription: "as many as the server takes",
    none: true,
    pattern: /^(?:auto|[1-9]\d{0,14})$/,
    hint: "a whole number, at least 1, or `auto`",
  },
  part: {
    type: "string",
    group: "Run",
    description:
      "do only this part of the next transformation, such as `2/4`; other processes do the others; `index/4` takes the number from JOB_COMPLETION_INDEX",
    commands: ["apply"],
    defaultDescription: "all of it",
    none: true,
    pattern: /^(?:[1-9]\d{0,2}|index)\/[1-9]\d{0,2}$/,
    hint: "a part such as `2/4`, or `index/4` in an Indexed Job",
  },
  abort: {
    type: "boolean",
    group: "Run",
    description: "remove what was staged and is not deployed; needs no migration files",
    commands: ["stage"],
    default: "false",
  },
  plan: {
    type: "path",
    group: "Run",
    description: "apply only what this plan contains, which `plan --format json --out` has written",
    commands: ["apply"],
    defaultDescription: "none: everything that is pending",
    none: true,
  },
  dryRun: {
    type: "boolean",
    group: "Run",
    description: "write nothing and print the plan, as `plan` does",
    commands: ["apply"],
    default: "false",
  },
  sandbox: {
    type: "boolean",
    group: "Run",
    description: "use an embedded server instead of CouchDB; it starts empty, and its data is not kept",
    commands: deciding,
    default: "false",
  },

  yes: {
    type: "boolean",
    group: "Run",
    description: "do not ask before anything is removed",
    commands: ["reset"],
    key: false,
    default: "false",
  },

  filter: {
    type: "string",
    group: "Run",
    description:
      "run only the tests whose names contain this text, in any case, or match it, if it is a regular expression between slashes",
    commands: ["test"],
    defaultDescription: "all",
  },
  watch: {
    type: "boolean",
    group: "Run",
    description: "run the tests again whenever a file changes, until the command is stopped",
    commands: ["test"],
    default: "false",
  },

  format: {
    type: "enum",
    group: "Output",
    description:
      "format of the output on stdout (`markdown` only for plans, `sarif` only for lint, `junit` and `tap` only for test)",
    commands: ["apply", "stage", "plan", "show", "status", "validate", "lint", "test", "reset", "doctor", "import"],
    choices: ["text", "json", "markdown", "sarif", "junit", "tap"],
    per: {
      apply: {
        description: "format of the output on stdout (`markdown` only with --dry-run)",
        choices: planFormats,
      },
      plan: { description: "format of the plan", choices: planFormats },
      show: { description: "format of the plan", choices: planFormats },
      lint: { description: "format of the findings", choices: ["text", "json", "sarif"] },
      stage: textOrJson,
      reset: textOrJson,
      test: { description: "format of the results", choices: ["text", "json", "junit", "tap"] },
      status: textOrJson,
      validate: textOrJson,
      doctor: textOrJson,
      import: textOrJson,
    },
    default: "text",
  },
  out: {
    type: "path",
    group: "Output",
    description:
      "file to write the plan, the findings, the test results or the schema to, instead of stdout; for import, the folder to write to (./migrations)",
    commands: [...deciding, "show", "lint", "test", "import", "schema"],
    per: {
      lint: { description: "file to write the findings to, instead of stdout" },
      apply: { description: "file to write the plan to, instead of stdout (only with --dry-run)" },
      plan: {
        description: "file to write the plan to, instead of stdout; `apply --plan` takes it with `--format json`",
      },
      show: { description: "file to write the plan to, instead of stdout" },
      test: { description: "file to write the results to, instead of stdout" },
      schema: { description: "file to write the schema to, instead of stdout" },
      import: { description: "folder to write to", defaultDescription: defaults.path },
    },
  },
  details: {
    type: "boolean",
    group: "Output",
    description:
      "show whole values, and the id, file and description of each step; of many documents, the first 20 field by field",
    commands: [...deciding, "show"],
    default: "false",
  },
  detailedExitcode: {
    type: "boolean",
    group: "Output",
    description: "exit with 2 if changes are pending, or if the files are older than what is applied",
    commands: deciding,
    default: "false",
  },
  logFormat: {
    type: "enum",
    group: "Output",
    description:
      "format of the log on stderr: text for people, or one JSON object per line; with json, stdout is one line of JSON, too",
    commands: commandNames,
    choices: ["pretty", "json"],
    default: "pretty",
  },
  logLevel: {
    type: "enum",
    group: "Output",
    description: "lowest level to log; trace shows every request",
    commands: commandNames,
    choices: ["trace", "debug", "info", "warn", "error", "silent"],
    default: "info",
  },
  color: {
    type: "boolean",
    group: "Output",
    description: "use colors; NO_COLOR and FORCE_COLOR are respected",
    commands: commandNames,
    defaultDescription: "on terminals",
  },
  terminationLog: {
    type: "path",
    group: "Output",
    description: "file for one last line that says how the run ended, which Kubernetes shows; `none` for no file",
    commands: commandNames,
    defaultDescription: "/dev/termination-log, where it exists",
    none: true,
  },
  config: {
    type: "path",
    group: "Files",
    description: "file with settings",
    commands: commandNames,
    defaultDescription: "couchdb-migrate.yaml, where it exists",
    key: false,
  },
  environment: {
    type: "string",
    group: "Files",
    description:
      "environment of couchdb-migrate.yaml: its settings and variables, and the steps that are limited to it",
    commands: commandNames,
    defaultDescription: "none",
    pattern: namePattern,
    hint: nameHint,
  },
  envFile: {
    type: "paths",
    group: "Files",
    description: "file with environment variables (`NAME=value`); those of the process take precedence",
    commands: commandNames,
    defaultDescription: "none",
  },

  host: {
    type: "string",
    group: "Sandbox",
    description: "address for the sandbox to listen on",
    commands: ["sandbox"],
    env: "COUCHDB_MIGRATE_SANDBOX_HOST",
    key: "sandboxHost",
    default: "127.0.0.1",
  },
  port: {
    type: "integer",
    group: "Sandbox",
    description: "port for the sandbox to listen on; 0 takes a free one",
    commands: ["sandbox", "dev"],
    per: {
      dev: {
        description: "port of the embedded server; 0 takes a free one",
        defaultDescription: "5984, or the next free one",
      },
    },
    // Not …_PORT: Kubernetes sets that for a service named couchdb-migrate.
    env: "COUCHDB_MIGRATE_SANDBOX_PORT",
    key: "sandboxPort",
    default: "5984",
    min: 0,
    max: 65_535,
  },
  data: {
    type: "path",
    group: "Sandbox",
    description: "folder for the data of the embedded server of `dev` and `reset`",
    commands: ["dev", "reset"],
    default: ".couchdb-migrate/dev",
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof table;
export const settings: Readonly<Record<SettingName, Setting>> = table;

/** A setting, with the differences for this command. */
export function settingOf(name: SettingName, command: CommandName): Setting {
  return { ...settings[name], ...settings[name].per?.[command] };
}

export const settingNames = Object.keys(table) as SettingName[];

type ValueOf<S extends Setting> = S["type"] extends "duration" | "integer"
  ? number
  : S["type"] extends "paths" | "lines"
    ? readonly string[]
    : S["type"] extends "boolean"
      ? boolean
      : S extends { readonly choices: readonly (infer Choice)[] }
        ? Choice
        : string;

/** The values: durations in milliseconds, paths as the process can open them. */
export type Settings = {
  readonly [Name in SettingName]: (typeof table)[Name] extends { readonly default: string }
    ? ValueOf<(typeof table)[Name]>
    : ValueOf<(typeof table)[Name]> | undefined;
};
