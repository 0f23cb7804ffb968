/** Where a command's embedded server listens if its port is in use. */
import { expect, onTestFinished, test } from "vitest";
import { openSandbox } from "../../src/commands/open-sandbox.js";
import { startEmbedded } from "../support/embedded.js";
import { tempFolder } from "../support/temp.js";

const anyone = { username: undefined, password: undefined };

async function portInUse(): Promise<number> {
  const server = await startEmbedded();
  onTestFinished(() => server.close());
  return Number(new URL(server.url).port);
}

test("takes one of the next ports, with the same folder for its data", async () => {
  const port = await portInUse();
  const { connection, stop } = await openSandbox(anyone, { port, morePorts: 20, folder: await tempFolder() });
  onTestFinished(stop);
  expect(Number(new URL(connection.url).port)).toBeGreaterThan(port);
});

test("says that its port is in use if no other one may be taken", async () => {
  const port = await portInUse();
  const message = `--port: port ${port} is in use; 0 takes a free one`;
  await expect(openSandbox(anyone, { port })).rejects.toMatchObject({ code: "invalid-settings", message });
});
