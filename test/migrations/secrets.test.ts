import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { maskUrls } from "../../src/secrets/urls.js";
import { tempFolder } from "../support/temp.js";
import { kinds } from "./kinds.js";
import { load, loadStep, problemsOf } from "./support.js";

const env = { PASSWORD: "hunter2", URL: "https://kerrigan:hunter2@hive:5984/db" };
const step = (fields: string) => `- id: x\n  ensureThing: ${fields}\n`;

describe("credentials in URLs", () => {
  test.each([
    ["https://kerrigan:hunter2@hive/db", "https://***@hive/db"],
    ["https://kerrigan@hive", "https://***@hive"],
    ["https://kerrigan:hun%40ter@hive", "https://***@hive"],
    ["https://kerrigan:hun@ter2@hive", "https://***@hive"],
    ["https://kerrigan:hun/ter2@hive", "https://***@hive"],
    ["https://kerrigan:hun#ter?2@hive", "https://***@hive"],
    ["HTTP://k:h@hive and couchdb+tls://k:h@hive", "HTTP://***@hive and couchdb+tls://***@hive"],
    ["https://hive/db", "https://hive/db"],
    ["https://hive/kerrigan@zerg", "https://hive/kerrigan@zerg"],
    ["kerrigan@hive", "kerrigan@hive"],
  ])("%s", (url, shown) => {
    expect(maskUrls(url)).toBe(shown);
  });
});

describe("what is shown", () => {
  test.each([
    ["a secret field", "{ pin: hunter2 }", { pin: "***" }, { "/pin": "hunter2" }],
    ["a secret field with a variable", "{ password: '${PASSWORD}' }", { password: "***" }, { "/password": "hunter2" }],
    ["a variable in another field", "{ name: '${PASSWORD}' }", { name: "hunter2" }, {}],
    ["a file", "{ name: 'a-${FROM_FILE}-b' }", { name: "a-***-b" }, { "/name": "a-hunter2-b" }],
    ["a URL", "{ name: '${URL}' }", { name: "https://***@hive:5984/db" }, { "/name": env.URL }],
    ["a number from a file", "{ count: '${COUNT}' }", { count: "***" }, { "/count": "42" }],
    ["in a list", "{ tags: [a, '${FROM_FILE}'] }", { tags: ["a", "***"] }, { "/tags/1": "hunter2" }],
    [
      "in an alternative",
      "{ login: { user: '${FROM_FILE}' } }",
      { login: { user: "***" } },
      { "/login/user": "hunter2" },
    ],
    [
      "a secret parameter of a URL",
      "{ name: 'https://hive/db?apikey=${PASSWORD}&q=1' }",
      { name: "https://hive/db?apikey=***&q=1" },
      { "/name": "https://hive/db?apikey=hunter2&q=1" },
    ],
    ["a URL in a field without variables", "{ plain: 'https://k:h@hive' }", { plain: "https://k:h@hive" }, {}],
  ])("%s", async (_, fields, shown, secrets) => {
    const folder = await tempFolder({ secret: "hunter2\n", count: "42\n" });
    const files = { FROM_FILE_FILE: join(folder, "secret"), COUNT_FILE: join(folder, "count") };
    const loaded = await loadStep(step(fields), { kinds, env: { ...env, ...files } });
    expect(loaded.shown).toEqual({ ready: false, ...shown });
    expect(Object.fromEntries(loaded.secrets)).toEqual(secrets);
  });

  test("a variable that a secret field uses is secret everywhere else, and equal text is not", async () => {
    const text = [
      "- id: a\n  ensureThing: { name: 'is ${PASSWORD}', tags: ['${OTHER}', hunter2] }",
      "- id: b\n  ensureThing: { password: '${PASSWORD}' }",
    ].join("\n");
    const { steps } = await load({ "001.yaml": text }, { kinds, env: { ...env, OTHER: "hunter2" } });
    expect(steps[0]?.shown).toMatchObject({ name: "is ***", tags: ["hunter2", "hunter2"] });
    expect([...(steps[0]?.secrets ?? [])]).toEqual([["/name", "is hunter2"]]);
    expect(steps[0]?.desired).toMatchObject({ name: "is hunter2" });
  });

  test("names decide what is secret in configuration and in users; booleans and numbers are not secret", async () => {
    const text = `
- id: a
  ensureConfig:
    cors: { credentials: true, origins: hunter2 }
    chttpd_auth: { password_scheme: pbkdf2, proxy_use_secret: true, secret: hunter2 }
    mail: { api_key: hunter2, smtp_password: 1234 }
- id: b
  ensureUser:
    name: kerrigan
    fields: { apiToken: hunter2, totp: { key: hunter2, digits: 6, on: true }, note: hunter2, token: null }
`;
    const { steps } = await load({ "001.yaml": text });
    expect(steps.map(({ shown }) => shown)).toEqual([
      {
        cors: { credentials: "true", origins: "hunter2" },
        chttpd_auth: { password_scheme: "pbkdf2", proxy_use_secret: "true", secret: "***" },
        mail: { api_key: "***", smtp_password: "***" },
      },
      {
        name: "kerrigan",
        roles: [],
        fields: { apiToken: "***", totp: { key: "***", digits: 6, on: true }, note: "hunter2", token: null },
      },
    ]);
  });

  test("neither inspecting migrations nor their JSON shows a secret, but the steps still have it", async () => {
    const migrations = await load({ "001.yaml": step("{ pin: hunter2 }") }, { kinds });
    const inspected = [
      inspect(migrations, { depth: null, showHidden: true }),
      inspect(migrations, { depth: null, showHidden: true, customInspect: false, getters: false }),
      JSON.stringify(migrations),
      JSON.stringify(structuredClone(migrations)),
    ].join();
    expect(inspected).toContain("***");
    expect(inspected).not.toContain("hunter2");
    expect(migrations.steps[0]?.secrets.get("/pin")).toBe("hunter2");
  });

  test("`desired` has the secrets, and is not changed", async () => {
    const { desired } = await loadStep(step("{ pin: hunter2 }"), { kinds });
    expect(desired).toEqual({ pin: "hunter2", ready: false });
  });

  test("a secret that `resolve` moved is found again", async () => {
    const files = { "001.yaml": "- id: x\n  ensureFiles: { from: a.txt, password: hunter2 }\n", "a.txt": "a\n" };
    const { steps } = await load(files, { kinds });
    expect(steps[0]?.desired).toEqual({ content: "a\n", moved: { deep: ["hunter2"] } });
    expect(steps[0]?.shown).toEqual({ content: "a\n", moved: { deep: ["***"] } });
    expect([...(steps[0]?.secrets ?? [])]).toEqual([["/moved/deep/0", "hunter2"]]);
  });
});

describe("no problem holds a secret", () => {
  test.each([
    ["a bad value", "{ password: hu }"],
    ["a number", "{ pin: 7247365091 }"],
    ["a number that loses digits", "{ pin: 72473650917247365091 }"],
    ["a list", "{ pin: [hunter2] }"],
    ["an unterminated variable", "{ password: 'hunter2${' }"],
    ["a bad variable", "{ password: 'a${hunter2 x}' }"],
    ["a spec that is text", "hunter2"],
    ["an unknown field", "{ pasword: hunter2 }"],
    ["a variable in the wrong place", "{ count: '${FROM_FILE}' }"],
    ["a URL in the wrong place", "{ count: '${URL}' }"],
    ["a duplicate", "{ pin: hunter2, pin: hunter2 }"],
    ["an unterminated quote", "{ pin: 'hunter2 }"],
    ["an escape that does not exist", '{ pin: "hunter2\\hunter2" }'],
    ["a tag", "{ pin: !x hunter2 }"],
    ["text that begins like an alias", "{ password: *hunter2 }"],
    ["text that begins like an anchor", "{ password: &hunter2 }"],
    ["two values", "{ pin: 'x'hunter2 }"],
    ["a block with more than its header", "\n    pin: |hunter2\n"],
  ])("%s", async (_, fields) => {
    const folder = await tempFolder({ secret: "hunter2\n" });
    const options = { kinds, env: { ...env, FROM_FILE: undefined, FROM_FILE_FILE: join(folder, "secret") } };
    const problems = await problemsOf(load({ "001.yaml": step(fields) }, options));
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|724736|\bhu\b/);
  });
});

test("problems that a kind reports contain no secrets", async () => {
  const text = "- id: x\n  ensureFiles: { from: 'checked${file:secret}' }\n";
  const problems = await problemsOf(load({ "001.yaml": text, secret: "hunter2\n" }, { kinds }));
  expect(problems).toMatchObject([{ code: "checked", message: "not with ***" }]);
});

test("a file name in the migration file is shown, even if a value from a file is part of it", async () => {
  const folder = await tempFolder({ name: "admin\n" });
  const text = [
    "- id: admin-account\n  ensureAdmin: { name: '${NAME}', password: x }",
    "- id: a\n  ensureDesignDocs: { database: a, from: missing-admin-file.json }",
    "- id: b\n  ensureDesignDocs: { database: b, from: 'missing-${NAME}.json' }",
  ].join("\n");
  const env = { NAME_FILE: join(folder, "name") };
  expect((await problemsOf(load({ "admin.yaml": text }, { env }))).map(({ message, text }) => [message, text])).toEqual(
    [
      [expect.stringContaining("missing-admin-file.json does not exist"), "missing-admin-file.json"],
      [expect.stringContaining("*** does not exist"), "***"],
    ],
  );
});
