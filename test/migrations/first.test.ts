import { expect, it } from "vitest";
import { load, problemsOf } from "./support.js";

const cluster = "- id: cluster\n  ensureCluster: {}\n";
const database = "- id: db\n  ensureDatabase: { name: zerglings }\n";

it("accepts a cluster as the first step of the set", async () => {
  const { steps } = await load({ "001.yaml": cluster + database, "002.yaml": database.replaceAll(/db|zerg/g, "x") });
  expect(steps.map(({ id }) => id)).toEqual(["cluster", "db", "x"]);
});

it.each([
  ["after another step", { "001.yaml": database + cluster }, "001.yaml:1:7"],
  ["in a later file", { "001.yaml": database, "002.yaml": cluster }, "001.yaml:1:7"],
])("refuses a cluster %s", async (_, files, before) => {
  expect(await problemsOf(load(files))).toMatchObject([
    { code: "not-first", text: "ensureCluster", message: expect.stringContaining(before) },
  ]);
});
