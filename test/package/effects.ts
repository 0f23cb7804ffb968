/** The effects of settings that accept any text: enough to see that the text has arrived. */
import { expect } from "vitest";
import type { CommandName } from "../../src/settings/setting.js";
import type { SettingName } from "../../src/settings/table.js";
import type { CliResult } from "../support/cli.js";

interface Seen extends CliResult {
  /** The files and folders in the working directory, afterwards. */
  readonly made: readonly string[];
  read(file: string): Promise<string>;
}

interface Effect {
  readonly command: CommandName;
  readonly value: string;
  readonly args?: readonly string[];
  /** `url`: a server whose admin is `overmind`, with the password `before`. */
  readonly env?: (url: string) => Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  seen(result: Seen): void | Promise<void>;
}

const bootstrap = { "legacy/zerglings/_security.json": "{}" };

/** The exit code, and a part of the messages. */
const endsWith =
  (exitCode: number, part: string) =>
  ({ code, stderr }: Seen) =>
    expect([code, stderr]).toEqual([exitCode, expect.stringContaining(part)]);

export const effects: Partial<Record<SettingName, Effect>> = {
  path: {
    command: "validate",
    value: "elsewhere",
    files: { "elsewhere/001.yaml": "- id: zerglings\n  ensureDatabase:\n    name: zerglings\n" },
    seen: ({ code, stdout }) => expect([code, stdout]).toEqual([0, expect.stringContaining("1 step")]),
  },
  kind: {
    command: "new",
    value: "ensureUser",
    args: ["drones"],
    seen: async ({ read }) => expect(await read("migrations/001-drones.yaml")).toContain("ensureUser:"),
  },
  filter: {
    command: "test",
    value: "no-such-test",
    files: {
      "migrations/001.yaml": "- id: zerglings\n  ensureDatabase:\n    name: zerglings\n",
      "migrations/zerglings.test.yaml": "database: zerglings\ntests: []\n",
    },
    seen: endsWith(3, "tests"),
  },
  fromBootstrap: {
    command: "import",
    value: "legacy",
    files: bootstrap,
    seen: ({ code, made }) => expect([code, made]).toEqual([0, expect.arrayContaining(["migrations"])]),
  },
  out: {
    command: "import",
    value: "imported",
    args: ["--from-bootstrap", "legacy"],
    files: bootstrap,
    seen: ({ code, made }) => expect([code, made]).toEqual([0, expect.arrayContaining(["imported"])]),
  },
  plan: {
    command: "apply",
    value: "approved.json",
    env: (url) => ({ COUCHDB_URL: url }),
    seen: endsWith(3, "approved.json does not exist"),
  },
  terminationLog: {
    command: "new",
    value: "end.log",
    args: ["drones", "--kind", "ensureNothing"],
    seen: async ({ read }) => expect(await read("end.log")).toContain("ensureNothing"),
  },
  host: {
    command: "sandbox",
    // An address reserved for documentation, which no machine has.
    value: "192.0.2.1",
    args: ["--port", "0"],
    seen: endsWith(3, "192.0.2.1"),
  },
  username: {
    command: "sandbox",
    value: "overmind",
    seen: endsWith(3, "needs a user name and a password"),
  },
  password: {
    command: "sandbox",
    value: "cerebrate",
    seen: endsWith(3, "needs a user name and a password"),
  },
  data: {
    command: "reset",
    value: "own-data",
    args: ["--yes"],
    files: { "migrations/001.yaml": "- id: hive\n  ensureDatabase: { name: hive }\n" },
    seen: ({ code, made }) => expect([code, made]).toEqual([0, expect.arrayContaining(["own-data"])]),
  },
  proxySecret: {
    command: "wait",
    value: "cerebrate",
    env: (url) => ({ COUCHDB_URL: url }),
    seen: ({ code, stderr }) =>
      expect([code, stderr]).toEqual([3, expect.stringMatching(/COUCHDB_PROXY_SECRET\w* is set, but no user name/)]),
  },
  iamApiKey: {
    command: "wait",
    value: "cerebrate",
    env: (url) => ({ COUCHDB_URL: url, COUCHDB_IAM_URL: "http://127.0.0.1:9/token", COUCHDB_MIGRATE_WAIT: "0s" }),
    seen: endsWith(4, "no token from IAM at http://127.0.0.1:9/token"),
  },
  header: {
    command: "wait",
    value: "Host: elsewhere",
    env: (url) => ({ COUCHDB_URL: url }),
    seen: endsWith(3, "`Host` is set by couchdb-migrate itself"),
  },
  previousPassword: {
    command: "wait",
    value: "before",
    env: (url) => ({ COUCHDB_URL: url, COUCHDB_USERNAME: "overmind", COUCHDB_PASSWORD: "after" }),
    seen: ({ code, stdout }) => expect([code, stdout]).toEqual([0, "CouchDB is ready.\n"]),
  },
};
