import { expect, it } from "vitest";
import { importServer } from "../../src/index.js";
import { freshDatabase } from "../support/databases.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

it("a design document with an integer that JavaScript may round is left out, and the others are imported", async () => {
  const { url, admin } = server();
  const database = await freshDatabase("large");
  await must(server(), "PUT", `/${database}/_design/rounded`, { body: { nested: [{ limit: 2 ** 60 }] } });
  await must(server(), "PUT", `/${database}/_design/exact`, { body: { limit: 9007199254740991 } });
  const connection = { url, username: admin.name, password: admin.password };
  const { files, leftOut } = await importServer({ connection, out: await tempFolder({}), database });
  expect(leftOut).toContainEqual({
    subject: `_design/rounded of ${database}`,
    reason: "it can't become a step: it contains a number that is too large to be stored exactly",
  });
  expect(files.some((path) => path.includes("exact"))).toBe(true);
  expect(files.some((path) => path.includes("rounded"))).toBe(false);
});
