/** The JavaScript that engines have and lack, on the CouchDB of the tests; and which engines a version has. */
import { describe, expect, it, test } from "vitest";
import { type Engine, serverIn } from "../../src/lint/engines.js";
import { type Feature, lacks } from "../../src/lint/features/feature.js";
import { features } from "../../src/lint/features/index.js";
import { syntaxFeatures } from "../../src/lint/features/syntax.js";
import { freshDatabase } from "../support/databases.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";
import { findingsIn } from "./examples.js";

test.each<[string, string | undefined]>([
  ["2.3", "spidermonkey 1.8"],
  ["3.1", "spidermonkey 60"],
  ["3.3.3", "spidermonkey 78"],
  ["3.5", "spidermonkey 78, quickjs"],
  ["3.5 quickjs", "quickjs"],
  ["3.3 spidermonkey 91", "spidermonkey 91"],
  ["3.0 spidermonkey 1.8.5", "spidermonkey 1.8"],
  ["4", undefined],
  ["3.5 v8", undefined],
  ["latest", undefined],
])("CouchDB %s has %s", (text, expected) => {
  const engines = serverIn(text)?.engines.map((one) => ("version" in one ? `${one.name} ${one.version}` : one.name));
  expect(engines?.join(", ")).toBe(expected);
});

/** The embedded server, too, has QuickJS. */
async function engineHere(): Promise<Engine> {
  const { body } = await request(server(), "GET", "/_node/_local/_versions");
  const { name, version } =
    (body as { javascript_engine?: { name: string; version?: string } }).javascript_engine ?? {};
  return name === "spidermonkey" ? { name, version: Number(version) } : { name: "quickjs" };
}

describe("the CouchDB of the tests", () => {
  it("has what the table says, and nothing else", async () => {
    const engine = await engineHere();
    const database = await freshDatabase("engines");
    await must(server(), "PUT", `/${database}/one`, { body: {} });
    const unparsed = syntaxFeatures.filter((feature) => lacks(engine, feature, false));
    const run = features.filter((feature) => !unparsed.includes(feature));
    const tries = run.map(
      ({ sample }, i) => `try { emit(${i}, (${sample}) === true); } catch (e) { emit(${i}, false); }`,
    );
    await must(server(), "PUT", `/${database}/_design/all`, {
      body: { views: { v: { map: `function () { ${tries.join("\n")} }` } } },
    });
    const { rows } = (await must(server(), "GET", `/${database}/_design/all/_view/v`)) as {
      rows: { key: number; value: boolean }[];
    };
    const working = rows.flatMap(({ key, value }) => (value ? [run[key] as Feature] : []));
    expect(working.map(({ name }) => name)).toEqual(
      run.filter((feature) => !lacks(engine, feature, false)).map(({ name }) => name),
    );
    for (const [i, { name, sample }] of unparsed.entries()) {
      const at = `/${database}/_design/${i}`;
      const map = `function () { emit(${sample}); }`;
      await request(server(), "PUT", at, { body: { views: { v: { map } } } });
      const { body } = await request(server(), "GET", `${at}/_view/v`);
      expect([name, body.rows?.[0]?.key === true]).toEqual([name, false]);
    }
  });
});

test.each(features.map((feature) => [feature.name, feature] as const))(
  "%s is recognised",
  async (_name, { sample }) => {
    const map = JSON.stringify(`function (doc) { emit(${sample}, null); }`);
    const yaml = `- id: a\n  ensureDesignDocs: { database: db, docs: { a: { views: { v: { map: ${map} } } } } }\n`;
    const findings = await findingsIn(yaml, { couchdb: "2.3" });
    const message = expect.stringContaining(_name);
    expect(findings).toContainEqual(expect.objectContaining({ rule: "unsupported-javascript", message }));
  },
);
