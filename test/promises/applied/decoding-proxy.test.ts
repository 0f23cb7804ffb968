/** Behind a proxy that decodes paths, nothing is written under a name other than the one in the files. */
import { describe, expect, it, onTestFinished } from "vitest";
import { must, request } from "../../support/request.js";
import { server } from "../../support/servers.js";
import { openStage } from "./stage.js";

const decodes = { decodesPaths: true };
const asked = /^\/_node\/couchdb-migrate/;

const cases: readonly (readonly [string, (name: string) => string])[] = [
  ["a design document with a plus", (db) => designDoc(db, "app+v2")],
  ["a design document with a slash", (db) => designDoc(db, "app/v2")],
  ["a database with a plus", (db) => `- id: step\n  ensureDatabase: { name: ${db}+b }\n`],
  ["a database with a slash", (db) => `- id: step\n  ensureDatabase: { name: ${db}/b }\n`],
  ["a user with a plus", (db) => `- id: step\n  ensureUser: { name: ${db}+b, password: secret }\n`],
  ["a configuration key with a plus", (db) => `- id: step\n  ensureConfig: { ${db}: { a+b: c } }\n`],
];

function designDoc(db: string, name: string): string {
  const doc = `{ views: { all: { map: "function (doc) { emit(doc._id); }" } } }`;
  return `- id: step\n  ensureDesignDocs: { database: ${db}, docs: { "${name}": ${doc} } }\n`;
}

describe.each(cases)("%s", (_, yamlOf) => {
  it("is refused before anything is written, by plan and apply", async () => {
    const { name, plan, apply, writes } = await openStage(server(), decodes);
    await must(server(), "PUT", `/${name}`);
    const yaml = yamlOf(name);
    await expect(plan(yaml)).rejects.toMatchObject({ code: "paths-decoded", next: expect.stringContaining("nginx") });
    expect(await apply(yaml)).toMatchObject({
      applied: [],
      failures: [{ id: "step", code: "paths-decoded", next: expect.stringContaining("nginx") }],
    });
    expect(writes()).toEqual([]);
  });

  it("is applied if the proxy passes paths on unchanged, which is checked once", async () => {
    const { name, apply, plan, proxy } = await openStage();
    await must(server(), "PUT", `/${name}`);
    onTestFinished(async () => void (await request(server(), "DELETE", `/_node/_local/_config/${name}/a%2Bb`)));
    expect(await apply(yamlOf(name))).toMatchObject({ applied: ["step"], failures: [] });
    expect(proxy.requests.filter(({ path }) => asked.test(path))).toHaveLength(1);
    expect(await plan(yamlOf(name), { verify: true })).toMatchObject({ changes: 0 });
  });
});

it("names without such characters are accepted, and nothing is checked", async () => {
  const { name, apply, proxy } = await openStage(server(), decodes);
  await must(server(), "PUT", `/${name}`);
  expect(await apply(designDoc(name, "app:v2"))).toMatchObject({ applied: ["step"], failures: [] });
  expect(proxy.requests.filter(({ path }) => asked.test(path))).toEqual([]);
});

it("a percent sign is accepted if the proxy encodes it again", async () => {
  const { name, apply } = await openStage(server(), decodes);
  await must(server(), "PUT", `/${name}`);
  expect(await apply(designDoc(name, "app%2Bv2"))).toMatchObject({ applied: ["step"], failures: [] });
  expect(await must(server(), "GET", `/${name}/_design/app%252Bv2`)).toMatchObject({ _id: "_design/app%2Bv2" });
});

it("documents are accepted, whatever their ids: they are sent in the body", async () => {
  const { name, apply } = await openStage(server(), decodes);
  await must(server(), "PUT", `/${name}`);
  const yaml = `- id: step\n  ensureDocuments: { database: ${name}, docs: [{ _id: "a+b/c%2F" }] }\n`;
  expect(await apply(yaml)).toMatchObject({ applied: ["step"], failures: [] });
  expect(await must(server(), "GET", `/${name}/a%2Bb%2Fc%252F`)).toMatchObject({ _id: "a+b/c%2F" });
});

describe("if the proxy blocks the check", () => {
  const through = { ...decodes, forbids: ({ path }: { readonly path: string }) => asked.test(path) };

  it.each(["app+v2", "app/v2"])("the run fails if the answer for design document %s names another one", async (doc) => {
    const { name, apply, plan } = await openStage(server(), through);
    await must(server(), "PUT", `/${name}`);
    const yaml = designDoc(name, doc);
    expect(await apply(yaml)).toMatchObject({
      applied: [],
      failures: [{ id: "step", code: "not-applied", message: expect.stringContaining(`_design/${doc}`) }],
    });
    expect(await plan(yaml)).toMatchObject({ steps: [{ state: "pending" }] });
  });
});
