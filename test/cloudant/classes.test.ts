/** IBM Cloudant limits reads, writes and queries separately, and its tokens expire during long runs. */
import { expect, onTestFinished, test } from "vitest";
import { apply, loadMigrations } from "../../src/index.js";
import { inTurn, json, misbehavingServer } from "../couch/support/misbehaving.js";
import { freshDatabase } from "../support/databases.js";
import type { Recorded } from "../support/proxy.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";
import { service } from "./service.js";

type Class = "read" | "write" | "query";
const classes: readonly Class[] = ["read", "write", "query"];

function classOf({ writes, path }: Recorded): Class {
  if (writes) return "write";
  return /^\/_all_dbs|\/_(?:view|find|all_docs|changes|design_docs|index)\b/.test(path) ? "query" : "read";
}

async function someFiles() {
  const databases = await Promise.all([1, 2, 3].map(() => freshDatabase("hive")));
  const steps = databases.map(
    (database, i) => `- id: docs-${i}
  ensureDocuments: { database: ${database}, docs: [{ _id: larva, legs: 6 }] }
- id: views-${i}
  ensureDesignDocs:
    database: ${database}
    docs: { brood: { views: { legs: { map: "function (doc) { emit(doc.legs, 1); }" } } } }
- id: legs-${i}
  transformDocuments: { database: ${database}, set: { /legs: 8 } }
`,
  );
  return loadMigrations(await tempFolder({ "001.yaml": steps.join("") }), { env: {} });
}

test.each([
  ["without Retry-After", {}],
  ["with Retry-After", { "retry-after": "1" }],
])("a run goes on after refusals in every class, %s", async (_, headers) => {
  const files = await someFiles();
  const { proxy, options } = await service();
  const refused = new Map<Class, number>();
  for (const one of classes) {
    const isOver = (request: Recorded) => {
      if (classOf(request) !== one || request.number < 5) return false;
      refused.set(one, (refused.get(one) ?? 0) + 1);
      return true;
    };
    const body = { error: "too_many_requests", reason: `the limit of the class ${one} is reached` };
    proxy.faultWhen(isOver, { status: 429, body, headers }, 2);
  }
  expect(await apply(files, { ...options, rate: "auto" })).toMatchObject({ result: "applied", failures: [] });
  expect(Object.fromEntries(refused)).toEqual({ read: 2, write: 2, query: 2 });
});

test("a run goes on with another token after its first one expires", async () => {
  const { admin } = server();
  const asAdmin = `Basic ${Buffer.from(`${admin.name}:${admin.password}`).toString("base64")}`;
  const iam = await misbehavingServer();
  onTestFinished(() => iam.close());
  const token = (name: string) => json(200, { access_token: name, token_type: "Bearer", expires_in: 3600 });
  iam.behave(inTurn(token("one"), token("two")));
  const used = { one: 0, two: 0 };
  const signs = (authorization: string | undefined) => {
    if (authorization === "Bearer one" && used.one < 12) used.one += 1;
    else if (authorization === "Bearer two") used.two += 1;
    else return undefined;
    return asAdmin;
  };
  const { proxy, options } = await service({ signs });
  const connection = { url: proxy.url, iam: { apiKey: "key-of-the-overmind", url: `${iam.url}/identity/token` } };
  expect(await apply(await someFiles(), { ...options, connection })).toMatchObject({ result: "applied", failures: [] });
  expect(used.one).toBe(12);
  expect(used.two).toBeGreaterThan(0);
  expect(iam.received).toHaveLength(2);
});
