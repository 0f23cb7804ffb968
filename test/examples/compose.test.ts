/** The Compose files: their keys, and that their commands work, one after another. No package has a current schema. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { loginEnv, root, runCli } from "../support/cli.js";
import { startEmbedded } from "../support/embedded.js";
import { only } from "../support/schemas.js";

const text = { type: "string", minLength: 1 };
const map = (of: object) => ({ type: "object", additionalProperties: of });
const list = (items: object) => ({ type: "array", minItems: 1, items });
const conditions = ["service_started", "service_healthy", "service_completed_successfully"];

/** What we use of the Compose specification. */
const schema = only({
  services: map(
    only({
      image: text,
      command: list(text),
      ports: list(text),
      environment: map(text),
      depends_on: { anyOf: [list(text), map(only({ condition: { enum: conditions } }))] },
      volumes: list(text),
      configs: list(only({ source: text, target: text })),
      healthcheck: only({ test: list(text), interval: text, timeout: text, retries: { type: "integer" } }),
      read_only: { type: "boolean" },
      cap_drop: list(text),
      security_opt: list(text),
      mem_limit: text,
    }),
  ),
  configs: map(only({ content: text })),
  volumes: map({ type: "null" }),
});
const takes = new Ajv().compile(schema);
const read = (file: string) => parse(readFileSync(join(root, file), "utf8"), { merge: true });

it.each(["compose.yaml", "examples/compose/compose.yaml"])("%s has only keys that Compose knows", (file) => {
  takes(read(file));
  expect(takes.errors ?? []).toEqual([]);
});

it.each<[string, (file: ReturnType<typeof read>) => unknown]>([
  ["an unknown key", ({ services }) => ({ services: { a: { ...services.migrations, comand: ["apply"] } } })],
  ["an unknown condition", () => ({ services: { a: { depends_on: { b: { condition: "completed" } } } } })],
])("%s would be refused", (_, change) => {
  expect(takes(change(read("examples/compose/compose.yaml")))).toBe(false);
});

it("the example's containers wait for each other, name what exists, and run in this order", async () => {
  const { services, volumes } = read("examples/compose/compose.yaml");
  const { couchdb, migrations, application } = services;
  expect(migrations.depends_on).toEqual(["couchdb"]);
  expect(application.depends_on).toEqual({ migrations: { condition: "service_completed_successfully" } });
  expect(Object.keys(volumes)).toEqual([couchdb.volumes[0].split(":")[0]]);
  expect(migrations.image).toBe(
    `couchdb-migrate:${JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version}`,
  );
  const client = {
    COUCHDB_URL: "http://couchdb:5984",
    COUCHDB_USERNAME: couchdb.environment.COUCHDB_USER,
    COUCHDB_PASSWORD: couchdb.environment.COUCHDB_PASSWORD,
  };
  expect(migrations.environment).toEqual({
    ...client,
    COUCHDB_MIGRATE_CONFIG: "/settings/couchdb-migrate.yaml",
    COUCHDB_MIGRATE_ENVIRONMENT: "${ENVIRONMENT:-development}",
  });
  expect(application.environment).toEqual(client);

  const server = await startEmbedded();
  try {
    const env = loginEnv(server.url, server.admin);
    const [[folder, mounted], [config, mountedConfig]] = migrations.volumes.map((volume: string) => volume.split(":"));
    expect([mounted, mountedConfig]).toEqual(["/migrations", migrations.environment.COUCHDB_MIGRATE_CONFIG]);
    const settings = {
      ...env,
      COUCHDB_MIGRATE_PATH: join(root, "examples/compose", folder),
      COUCHDB_MIGRATE_CONFIG: join(root, "examples/compose", config),
      COUCHDB_MIGRATE_ENVIRONMENT: "development",
    };
    const { code, stderr } = await runCli(migrations.command, { env: settings });
    expect(code, stderr).toBe(0);
    const [node, ...args] = application.command;
    expect(node).toBe("node");
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout).toMatch(/^200 .*"db_name":"zerglings".*"doc_count":2/);
  } finally {
    await server.close();
  }
});
