/** A plan without the secrets, as in a pull request. */
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import {
  type ApplyOptions,
  apply,
  type LoadOptions,
  loadMigrations,
  type Plan,
  plan,
  status,
} from "../../src/index.js";
import { kinds } from "../../src/kinds/index.js";
import { planMarkdown } from "../../src/render/plan-markdown.js";
import { planText } from "../../src/render/plan-text.js";
import { statusText } from "../../src/render/status-text.js";
import { plain } from "../../src/render/style.js";
import type { Schema } from "../../src/steps/schema.js";
import { freshDatabase, uniqueName } from "../support/databases.js";
import { must, request, until } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

let name: string;
let options: ApplyOptions;

const env = {
  A: "spawn-more-overlords",
  U: "creep-and-more",
  C: "spore-and-more",
  R: "rush-rush-rush",
  T: "tiamat-tiamat",
};
/** The variables that pull requests have. */
const open = { ROLE: "zerg" };

const steps = () => `
- id: admin
  ensureAdmin: { name: ${name}, password: "\${A}" }
- id: user
  ensureUser: { name: ${name}, password: "\${U}", roles: ["\${ROLE}"] }
- id: config
  ensureConfig: { ${name}: { api_key: "key \${C}", level: a } }
- id: replication
  ensureReplication:
    id: ${name}
    source: { url: "http://127.0.0.1:1/a", headers: { X-Brood: "\${T}" }, auth: { basic: { username: zerg, password: "\${R}" } } }
    target: http://127.0.0.1:1/b
    continuous: true
    filter: a/b
    query_params: { token: "\${T}", brood: tiamat }
`;

async function load(more: Pick<LoadOptions, "env" | "unset">, text = steps()) {
  return loadMigrations(await tempFolder({ "001.yaml": text }), more);
}
const withSecrets = (text?: string) => load({ env: { ...env, ...open } }, text);
const without = (text?: string) => load({ env: open, unset: "unknown-secrets" }, text);

beforeEach(async () => {
  name = uniqueName("unknown");
  const { url, admin } = server();
  const ledgerDatabase = await freshDatabase("ledger");
  options = { connection: { url, username: admin.name, password: admin.password }, ledgerDatabase, wait: 5_000 };
  onTestFinished(async () => {
    for (const key of ["api_key", "level"]) await request(server(), "DELETE", `/_node/_local/_config/${name}/${key}`);
    await request(server(), "DELETE", `/_node/_local/_config/admins/${name}`);
    for (const at of [`/_users/org.couchdb.user:${name}`, `/_replicator/${name}`]) {
      const gone = async () =>
        request(server(), "DELETE", `${at}?rev=${(await request(server(), "GET", at)).body._rev}`);
      await until(gone, ({ status }) => status !== 409);
    }
  });
});

const actions = ({ steps }: Plan) => steps.map(({ id, state, action }) => `${id}: ${state}, ${action}`);
const outputs = (planned: Plan) => [
  planText(planned, plain, { columns: 300 }),
  planMarkdown(planned),
  JSON.stringify(planned),
];
const unset = { unset: ["A", "U", "C", "T", "R"], warnings: [{ code: "unset-variables" }] };

describe("a plan without the values of secrets", () => {
  test("shows what is created on an empty server, with unknown secrets", async () => {
    const planned = await plan(await without(), options);
    expect(actions(planned)).toEqual(["admin", "user", "config", "replication"].map((id) => `${id}: pending, create`));
    expect(planned).toMatchObject({ changes: 4, ...unset });
    expect(planned.steps.map(({ unknown }) => unknown)).toEqual([
      ["/password"],
      ["/password"],
      [`/${name}/api_key`],
      ["/source/headers/X-Brood", "/source/auth/basic/password", "/query_params/token"],
    ]);
    const changes = Object.fromEntries(
      planned.steps.flatMap(({ id, changes }) => changes.map(({ path, after }) => [id + path, after])),
    );
    expect(changes).toMatchObject({
      "admin/password": "(unknown)",
      "user/password": "(unknown)",
      [`config/${name}/api_key`]: "(unknown)",
      "replication/source": { headers: { "X-Brood": "(unknown)" }, auth: { basic: { password: "(unknown)" } } },
      "replication/query_params": { token: "(unknown)", brood: "tiamat" },
    });
    const [text = "", markdown = ""] = outputs(planned);
    expect(text).toContain("password=(unknown)");
    expect(markdown).toContain("password=(unknown)");
    for (const output of [text, markdown]) expect(output.match(/A, U, C, T, R are not set/g)).toHaveLength(1);
    for (const output of outputs(planned)) expect(output).not.toContain("\uFDD0");
  });

  test("shows no changes on a server that has all secrets", async () => {
    expect(await apply(await withSecrets(), options)).toMatchObject({ failures: [] });
    const planned = await plan(await without(), options);
    expect(actions(planned)).toEqual(["admin", "user", "config", "replication"].map((id) => `${id}: applied, none`));
    expect(planned).toMatchObject({ changes: 0, ...unset });
    for (const output of outputs(planned)) expect(output).not.toContain("may have changed");
    expect(planText(planned, plain)).toContain(
      "Nothing to do, apart from the unknown secrets: CouchDB matches the files",
    );
  });

  test("compares known secrets with the server, not with the ledger", async () => {
    await apply(await withSecrets(), options);
    const some = (U: string) => load({ env: { ...open, U }, unset: "unknown-secrets" });
    expect(actions(await plan(await some(env.U), options))[1]).toBe("user: applied, none");
    const { steps } = await plan(await some("another"), options);
    expect(steps[1]).toMatchObject({ state: "drifted", changes: [{ path: "/password", before: "***", after: "***" }] });
  });

  test("adopts what exists if the ledger does not know it", async () => {
    await apply(await withSecrets(), options);
    const planned = await plan(await without(), { ...options, set: "another" });
    expect(actions(planned)).toEqual(["admin", "user", "config", "replication"].map((id) => `${id}: pending, adopt`));
    expect(planned.steps.flatMap(({ changes }) => changes)).toEqual([]);
  });

  test("shows the other changes, and no change of the secrets", async () => {
    await apply(await withSecrets(), options);
    const edited = steps()
      .replace('["${ROLE}"]', "[boss]")
      .replace("level: a", "level: b")
      .replace("brood: t", "brood: T");
    const planned = await plan(await without(edited), options);
    expect(planned.changes).toBe(3);
    expect(planned.steps.flatMap(({ changes }) => changes)).toEqual([
      { path: "/roles", before: ["zerg"], after: ["boss"] },
      { path: `/${name}/level`, before: "a", after: "b" },
      { path: "/query_params/brood", before: "tiamat", after: "Tiamat" },
    ]);
  });

  test("shows that a user without a password gets one", async () => {
    await apply(await withSecrets(), options);
    const at = `/_users/org.couchdb.user:${name}`;
    const { _rev } = await must(server(), "GET", at);
    await must(server(), "PUT", at, { body: { _rev, name, roles: ["zerg"], type: "user" } });
    const { steps } = await plan(await without(), options);
    expect(steps[1]?.changes).toEqual([{ path: "/password", before: null, after: "(unknown)" }]);
  });

  test("masks the server's secret if another login replaces it", async () => {
    await apply(await withSecrets(steps().replace('"${R}"', "literally-rush")), options);
    const edited = steps().replace("auth: { basic: { username: zerg", "auth: { basic: { username: drone");
    const { steps: planned } = await plan(await without(edited), options);
    expect(planned[3]?.changes).toEqual([{ path: "/source/auth/basic/username", before: "zerg", after: "drone" }]);
  });

  test("still fails for a variable that is used in another field", async () => {
    const loading = load({ env: {}, unset: "unknown-secrets" });
    await expect(loading).rejects.toMatchObject({ problems: [{ code: "missing-variable", text: "${ROLE}" }] });
  });

  test("covers every kind that takes a secret from a variable", () => {
    const taking = kinds.filter(({ schema }) => takesSecret(schema, false)).map((kind) => kind.name);
    expect(taking.filter((kind) => !steps().includes(`${kind}:`))).toEqual([]);
    expect(taking).toHaveLength(4);
  });
});

test("status works without the values, and names them", async () => {
  await apply(await withSecrets(), options);
  const seen = await status(await without(), options);
  expect(seen.steps.map(({ id, state }) => `${id}: ${state}`)).toEqual(
    ["admin", "user", "config", "replication"].map((id) => `${id}: applied`),
  );
  expect(seen).toMatchObject({ ...unset, warnings: [{ message: expect.stringContaining("A, U, C, T, R") }] });
  expect(statusText(seen, plain)).toContain("A, U, C, T, R are not set");
});

test("apply refuses a set without the values before it sends anything", async () => {
  const refused = apply(await without(), { ...options, connection: { url: "http://127.0.0.1:1" } });
  await expect(refused).rejects.toMatchObject({ code: "invalid-input", problems: { length: 6 } });
});

function takesSecret(schema: Schema, secret: boolean): boolean {
  const here = secret || schema.secret === true || schema.secretNames === true;
  if (here && schema.variables) return true;
  const additional = typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
  const below = [
    ...Object.values(schema.properties ?? {}),
    ...Object.values(schema.patternProperties ?? {}),
    ...additional,
  ];
  const alternatives = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  return [...below, ...alternatives, ...(schema.items ? [schema.items] : [])].some((one) => takesSecret(one, here));
}
