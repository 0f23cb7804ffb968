/** A language that the server can't run does not replace what works, however large the database is. */
import { describe, expect, it, onTestFinished } from "vitest";
import { must, request } from "../../support/request.js";
import { onNodes, server, startCouchDB } from "../../support/servers.js";
import { openStage } from "./stage.js";

const step = (db: string, language: string, map: string) =>
  `- id: views\n  ensureDesignDocs:\n    database: ${db}\n    docs: { app: { language: ${language}, views: { all: { map: '${map}' } } } }\n`;
const works = "function (doc) { emit(doc._id); }";

describe.each(["javscript", "erlang", "coffee"])("the language %s, which the server does not have", (language) => {
  it.each([
    ["an empty database", 0],
    ["a database of three documents", 3],
  ])("is refused in %s, and the previous version stays", async (_, documents) => {
    const { name, apply, plan } = await openStage();
    await must(server(), "PUT", `/${name}`);
    const docs = Array.from({ length: documents }, (_, i) => ({ _id: `d${i}` }));
    await must(server(), "POST", `/${name}/_bulk_docs`, { body: { docs } });
    await apply(step(name, "javascript", works));
    const { applied, failures } = await apply(step(name, language, "x"));
    expect({ applied, failures }).toMatchObject({ applied: [], failures: [{ id: "views", code: "step-failed" }] });
    const message = failures[0]?.message ?? "";
    expect(message).toContain(`language \`${language}\``);
    expect(await must(server(), "GET", `/${name}/_design/app/_view/all`)).toMatchObject({ total_rows: documents });
    expect(message).not.toContain(`did you mean \`${language}\``);
    const { rows } = await must(server(), "GET", `/${name}/_design_docs`);
    expect(rows.map(({ id }: { id: string }) => id)).toEqual(["_design/app"]);
    expect(await plan(step(name, language, "x"))).toMatchObject({ steps: [{ state: "changed" }] });
  });

  it("is refused in a database that the same run creates", async () => {
    const { name, apply } = await openStage();
    const made = `- id: db\n  ensureDatabase: { name: ${name} }\n`;
    expect(await apply(made + step(name, language, "x"))).toMatchObject({
      applied: ["db"],
      failures: [{ id: "views" }],
    });
    expect((await request(server(), "GET", `/${name}/_design/app`)).status).toBe(404);
  });
});

it("a misspelled language is a warning in the plan, with a suggestion", async () => {
  const { name, plan } = await openStage();
  await must(server(), "PUT", `/${name}`);
  expect(await plan(step(name, "javscript", "x"))).toMatchObject({
    warnings: [{ id: "views", message: expect.stringContaining("did you mean `javascript`") }],
  });
});

it.each(["javascript", "query"])("the language %s, which every CouchDB has, costs no request", async (language) => {
  const { name, apply, proxy } = await openStage();
  await must(server(), "PUT", `/${name}`);
  const map = language === "query" ? "" : works;
  const yaml =
    language === "query"
      ? `- id: views\n  ensureDesignDocs: { database: ${name}, docs: { app: { language: query, views: {} } } }\n`
      : step(name, language, map);
  await apply(yaml);
  expect(proxy.requests.filter(({ path }) => path.includes("--language"))).toEqual([]);
});

onNodes("a CouchDB with Erlang", () => {
  it("accepts it, checks once for two databases, and leaves nothing behind", async () => {
    const node = await startCouchDB({ ini: { native_query_servers: { enable_erlang_query_server: true } } });
    onTestFinished(node.close);
    const { name, apply, proxy } = await openStage(node);
    const map = 'fun({Doc}) -> Emit(proplists:get_value(<<"_id">>, Doc), null) end.';
    for (const db of ["a", "b"]) {
      await must(node, "PUT", `/${name}-${db}`);
      await must(node, "PUT", `/${name}-${db}/doc`, { body: {} });
    }
    const yaml = step(`[${name}-a, ${name}-b]`, "erlang", map);
    expect(await apply(yaml)).toMatchObject({ applied: ["views"], failures: [] });
    expect(proxy.requests.filter(({ path }) => path.includes("_show"))).toHaveLength(1);
    for (const db of ["a", "b"]) {
      expect(await must(node, "GET", `/${name}-${db}/_design/app/_view/all`)).toMatchObject({ total_rows: 1 });
      expect((await must(node, "GET", `/${name}-${db}/_design_docs`)).rows).toHaveLength(1);
    }
  });
});
