import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { importServer } from "../../src/index.js";
import { freshDatabase } from "../support/databases.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

it("a design document or index with an integer that JavaScript may round is left out, and the others are imported", async () => {
  const { url, admin } = server();
  const database = await freshDatabase("large");
  await must(server(), "PUT", `/${database}/_design/rounded`, { body: { nested: [{ limit: 2 ** 60 }] } });
  for (const [name, n] of Object.entries({ "large-index": 2 ** 60, "small-index": 7 })) {
    const index = { fields: ["a"], partial_filter_selector: { n } };
    await must(server(), "POST", `/${database}/_index`, { body: { name, ddoc: name, index } });
  }
  await must(server(), "PUT", `/${database}/_design/exact`, { body: { limit: 9007199254740991 } });
  const connection = { url, username: admin.name, password: admin.password };
  const out = await tempFolder({});
  const { files, leftOut } = await importServer({ connection, out, database });
  for (const name of ["rounded", "large-index"]) {
    expect(leftOut).toContainEqual({
      subject: `_design/${name} of ${database}`,
      reason: "it can't become a step: it contains a number that is too large to be stored exactly",
    });
  }
  const texts = await Promise.all(files.map((path) => readFile(join(out, path), "utf8")));
  expect(texts.join()).toContain("small-index");
  expect(texts.join()).not.toContain("large-index");
  expect(files.some((path) => path.includes("exact"))).toBe(true);
  expect(files.some((path) => path.includes("rounded"))).toBe(false);
});
