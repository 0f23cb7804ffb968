import { expect, it, onTestFinished } from "vitest";
import { importServer } from "../../src/index.js";
import { freshDatabase } from "../support/databases.js";
import { startProxy } from "../support/proxy.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

it("a database that is deleted during the import is left out, and the rest is imported", async () => {
  const { url, admin } = server();
  const [gone, kept] = [await freshDatabase("gone"), await freshDatabase("kept")];
  const proxy = await startProxy(url);
  onTestFinished(proxy.close);
  const body = { error: "not_found", reason: "Database does not exist." };
  proxy.faultWhen(({ path }) => path.startsWith(`/${gone}/_security`), { status: 404, body });
  const connection = { url: proxy.url, username: admin.name, password: admin.password };
  const { files } = await importServer({ connection, out: await tempFolder({}) });
  const text = JSON.stringify(files);
  expect(text).toContain(kept);
  expect(text).not.toContain(gone);
});
