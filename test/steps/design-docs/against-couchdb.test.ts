/** What `validate` accepts and refuses, compared with the server: the embedded one, or a CouchDB. */
import { describe, expect, it } from "vitest";
import { databaseName, freshDatabase } from "../../support/databases.js";
import { must, request, until } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { forms } from "./function-forms.js";
import { type Exception, shapes } from "./shapes.js";

type Doc = Readonly<Record<string, unknown>>;

/** For each design document, whether the server accepted it. */
async function taken(database: string, docs: readonly Doc[]): Promise<boolean[]> {
  const took: boolean[] = [];
  for (const [i, body] of docs.entries()) {
    const { status } = await request(server(), "PUT", `/${database}/_design/${i}`, { body });
    took.push(status < 300);
  }
  return took;
}

describe("the server", () => {
  it("accepts and refuses function texts as the table says for its engine", async () => {
    const lib = { a: "exports.a = 1;" };
    const docs = forms.map(({ source }) => ({ views: { v: { map: source }, lib } }));
    const took = await taken(await freshDatabase("forms"), docs);
    const { engine } = server();
    expect(forms.map(({ source }, i) => [source, took[i]])).toEqual(forms.map((form) => [form.source, form[engine]]));
  });

  it("accepts and refuses shapes like `validate`, except for the listed exceptions", async () => {
    const docs = shapes.map(([doc]) => doc);
    const took = await taken(await freshDatabase("shapes"), docs);
    const expected = shapes.map(([doc, faults, exception]) => [doc, (faults.length === 0) !== isException(exception)]);
    expect(docs.map((doc, i) => [doc, took[i]])).toEqual(expected);
  });

  it.runIf(server().isFrom("3.0"))("accepts `partitioned: true` only in a partitioned database", async () => {
    const docs = [{ options: { partitioned: true } }, { options: { partitioned: false } }];
    expect(await taken(await freshDatabase("plain"), docs)).toEqual([false, true]);
    const partitioned = databaseName("partitioned");
    await must(server(), "PUT", `/${partitioned}?partitioned=true`);
    expect(await taken(partitioned, docs)).toEqual([true, true]);
  });
});

/** Whether this server disagrees with `validate`. */
function isException(exception: Exception | undefined): boolean {
  if (exception === "refusedBefore3.5") return !server().isFrom("3.5");
  if (exception === "refusedBefore3.6") return server().kind === "embedded" || !server().isFrom("3.6");
  if (exception === "takenBefore3.0") return !server().isFrom("3.0");
  return exception !== undefined;
}

onReal("CouchDB", () => {
  it("accepts a query view without `fields`, and fails whenever it builds the index", async () => {
    const database = await freshDatabase("query");
    await must(server(), "POST", `/${database}`, { body: { a: 1 } });
    await must(server(), "PUT", `/${database}/_design/q`, { body: { language: "query", views: { v: { map: {} } } } });
    expect((await request(server(), "GET", `/${database}/_design/q/_view/v`)).status).toBe(500);
  });

  it.each([
    ["javascript", "function ("],
    ["javascript", ""],
    ["javascript", "function validate(newDoc) {}"],
    ["query", "function (newDoc) {}"],
  ])(
    "accepts `language: %s` with `validate_doc_update: %s`, and no document after it",
    async (language, validate_doc_update) => {
      const database = await freshDatabase("broken");
      await must(server(), "PUT", `/${database}/_design/v`, { body: { language, validate_doc_update } });
      const write = () => request(server(), "POST", `/${database}`, { body: {} });
      await until(write, ({ status }) => status >= 400, 10);
    },
  );
});
