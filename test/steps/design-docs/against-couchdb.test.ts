/** What we take and refuse, against what a CouchDB does. */
import { expect, it } from "vitest";
import { freshDatabase } from "../../support/databases.js";
import { must, request, until } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { forms } from "./function-forms.js";
import { shapes } from "./shapes.js";

type Docs = readonly Readonly<Record<string, unknown>>[];

/** For each design document, whether CouchDB took it. */
async function taken(database: string, docs: Docs): Promise<boolean[]> {
  const named = docs.map((doc, i) => ({ _id: `_design/${i}`, ...doc }));
  const rows: { error?: string }[] = await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs: named } });
  return rows.map(({ error }) => error === undefined);
}

onReal("CouchDB", () => {
  it("takes the functions that we take, and refuses those that we refuse, but for the exceptions", async () => {
    const docs = forms.map(({ source }) => ({ views: { v: { map: source } } }));
    const took = await taken(await freshDatabase("forms"), docs);
    const expected = forms.map(({ source, fault, couchTakesIt }) => [
      source,
      fault === undefined || couchTakesIt === true,
    ]);
    expect(forms.map(({ source }, i) => [source, took[i]])).toEqual(expected);
  });

  it("takes the shapes that we take, and refuses those that we refuse, but for the exceptions", async () => {
    const took = await taken(
      await freshDatabase("shapes"),
      shapes.map(([doc]) => doc),
    );
    const expected = shapes.map(([doc, faults, exception]) => [doc, faults.length === 0 || exception !== undefined]);
    expect(shapes.map(([doc], i) => [doc, took[i]])).toEqual(expected);
  });

  it.each(["function (", "", "function validate(newDoc) {}"])(
    "takes `validate_doc_update: %s`, and no document after it",
    async (validate_doc_update) => {
      const database = await freshDatabase("broken");
      await must(server(), "PUT", `/${database}/_design/v`, { body: { validate_doc_update } });
      const write = () => request(server(), "POST", `/${database}`, { body: {} });
      await until(write, ({ status }) => status >= 400, 10);
    },
  );
});
