/** CouchDB remembers users for a moment, even those that were deleted. */
import { expect, test } from "vitest";
import { startEmbedded } from "../support/embedded.js";
import { type Recorded, startProxy } from "../support/proxy.js";
import { failures, run } from "./support.js";

const files = {
  text: "database: zerglings\ntests:\n  - { name: a, as: { name: kerrigan }, write: { _id: a }, error: forbidden }\n",
  migrations: "- { id: d, ensureDatabase: { name: zerglings } }\n",
};

/** @param requests how many requests for the session are refused once the user exists; each refused login sends two */
async function runWhileRefused(requests: number): Promise<{ failed: string[]; refused: number }> {
  const server = await startEmbedded({ admins: { overmind: "secret" } });
  const proxy = await startProxy(server.url);
  let [exists, refused] = [false, 0];
  const isRefused = ({ method, path }: Recorded) => {
    exists ||= method === "PUT" && path.startsWith("/_users/");
    const refuses = exists && path === "/_session" && refused < requests;
    if (refuses) refused += 1;
    return refuses;
  };
  const refusal = { status: 401, body: { error: "unauthorized", reason: "Name or password is incorrect." } };
  proxy.faultWhen(isRefused, refusal, Number.POSITIVE_INFINITY);
  try {
    const connection = { url: proxy.url, username: "overmind", password: "secret" };
    return { failed: failures(await run(files, { connection })), refused };
  } finally {
    await proxy.close();
    await server.close();
  }
}

test("a user whose password is not known yet logs in again", async () => {
  expect(await runWhileRefused(4)).toEqual({ failed: [], refused: 4 });
});

test("a user whose password stays unknown is refused before CouchDB locks the account", async () => {
  expect(await runWhileRefused(Number.POSITIVE_INFINITY)).toEqual({
    failed: [expect.stringMatching(/refuses the password of "kerrigan"/)],
    refused: 8,
  });
});
