/**
 * What is sent under a lease, and what is not: the guard is called before every attempt, once its connection is ready.
 */

import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MigrateError } from "../../src/contract/errors.js";
import { type Gateway, openCouch } from "../../src/couch/gateway.js";
import { allOf, type Guard } from "../../src/couch/guard.js";
import { path } from "../../src/couch/path.js";
import { inTurn, json, type MisbehavingServer, misbehavingServer, reset, silence } from "./support/misbehaving.js";

/** A lease whose state the test sets. */
class Held implements Guard {
  readonly #lost = new AbortController();
  readonly lost = this.#lost.signal;
  isFresh = true;
  left = 60_000;
  renewals = 0;
  renew = async (): Promise<void> => {
    this.isFresh = true;
  };

  lose(): void {
    this.#lost.abort(new MigrateError("lease-lost", { message: "it is another's" }));
  }

  assertHeld(): void {
    if (this.lost.aborted) throw this.lost.reason;
  }

  async renewed(): Promise<void> {
    this.assertHeld();
    if (this.isFresh) return;
    this.renewals += 1;
    await this.renew();
    this.assertHeld();
  }
}

let server: MisbehavingServer;
let base: Gateway;
let lease: Held;
let couch: Gateway;

beforeEach(async () => {
  server = await misbehavingServer();
  base = open(server.url);
  lease = new Held();
  couch = base.under(lease);
});
afterEach(async () => {
  await base.close();
  await server.close();
});

function open(url: string): Gateway {
  const signal = new AbortController().signal;
  const retry = { pause: 1, attemptsBeforeContact: 3 };
  return openCouch({ url, requestTimeout: 60_000 }, { emit: () => {}, signal, readOnly: false, retry });
}

const written = json(201, { ok: true, id: "doc", rev: "1-a" });
const doc = path`/db/doc`;
const security = path`/db/_security`;
const put = (at: typeof doc, by = couch) => by.write("PUT", at, { body: {}, repeatable: true });
const code = (expected: string) => expect.objectContaining({ code: expected });
const received = () => server.received.map(({ method, path }) => `${method} ${path}`);

test("a held lease lets writes through", async () => {
  server.behave(written);
  await put(doc);
  await put(security);
  expect([received(), lease.renewals]).toEqual([["PUT /db/doc", "PUT /db/_security"], 0]);
});

test("the preparation for the first write runs then, and not before a read", async () => {
  server.behave(written);
  const begin = async () => void (await put(path`/ledger/doc`, base));
  const other = base.under(allOf([lease, { ...lease, assertHeld: () => {}, renewed: async () => {}, begin }]));
  await other.read(doc);
  await put(doc, other);
  expect(received()).toEqual(["GET /db/doc", "PUT /ledger/doc", "PUT /db/doc"]);
});

test("a write is not sent if its preparation fails", async () => {
  server.behave(written);
  const failed = new MigrateError("below-quorum", { message: "only a minority takes it" });
  const begin = () => Promise.reject(failed);
  const other = base.under(Object.assign(lease, { begin }));
  await expect(put(doc, other)).rejects.toThrow(failed);
  expect(received()).toEqual([]);
});

test("a lost lease stops its own writes, but not those of its history and other runs", async () => {
  server.behave(written);
  lease.lose();
  await expect(put(doc)).rejects.toThrow(code("lease-lost"));
  await put(doc, base);
  expect(received()).toEqual(["PUT /db/doc"]);
});

test("a lease lost while connecting stops the write", async () => {
  lease.assertHeld = () => {
    throw new MigrateError("lease-lost", { message: "by the clock" });
  };
  lease.renewed = async () => {};
  await expect(put(doc)).rejects.toThrow(code("lease-lost"));
  expect(received()).toEqual([]);
});

test("an overdue lease is renewed after connecting, before anything is sent", async () => {
  server.behave(written);
  const answers = [false, true];
  Object.defineProperty(lease, "isFresh", { get: () => answers.shift() ?? true, set: () => {} });
  lease.renewed = async () => {
    lease.renewals += 1;
  };
  await put(security);
  expect([received(), lease.renewals]).toEqual([["PUT /db/_security"], 2]);
});

test.each([
  ["a write", () => put(doc)],
  ["a read", () => couch.read(doc)],
])("%s waits for an overdue renewal", async (_, send) => {
  server.behave(written);
  lease.isFresh = false;
  lease.renew = async () => {
    await put(path`/ledger/doc`, base);
    lease.isFresh = true;
  };
  await send();
  expect(received().map((one) => one.replace(/^\w+ /, ""))).toEqual(["/ledger/doc", "/db/doc"]);
});

test("a write that waits for its next attempt fails when the lease is lost", async () => {
  server.behave((...sent) => {
    json(503, {}, { "retry-after": "10" })(...sent);
    setImmediate(() => lease.lose());
  });
  await expect(put(doc)).rejects.toThrow(code("lease-lost"));
  expect(received()).toHaveLength(1);
});

test("a write under way fails when the lease is lost", async () => {
  server.behave(() => lease.lose());
  await expect(put(security)).rejects.toThrow(code("lease-lost"));
});

describe.each([
  ["a lost answer", reset],
  ["503", json(503, {})],
])("after %s", (_, behaviour) => {
  beforeEach(() => server.behave(inTurn(behaviour, written)));

  test("a write that a revision guards is repeated", async () => {
    await put(doc);
    expect(received()).toHaveLength(2);
  });

  test("a write that nothing guards is not repeated: the caller reads first", async () => {
    await expect(put(security)).rejects.toThrow(code("outcome-unknown"));
    expect(received()).toHaveLength(1);
  });
});

test("a write that a rate limit refused is repeated, because it did nothing", async () => {
  server.behave(inTurn(json(429, {}), written));
  await put(security);
  expect(received()).toHaveLength(2);
});

test("a write that nothing guards is limited to the rest of the lease", async () => {
  server.behave(silence);
  lease.left = 30;
  await expect(put(security)).rejects.toThrow(code("outcome-unknown"));
});

test("several leases are held only while each of them is held", async () => {
  server.behave(written);
  const part = new Held();
  part.left = 10;
  part.isFresh = false;
  const both = allOf([lease, part]);
  expect([both.left, both.isFresh]).toEqual([10, false]);
  await both.renewed();
  expect([both.isFresh, lease.renewals, part.renewals]).toEqual([true, 0, 1]);
  part.lose();
  expect(() => both.assertHeld()).toThrow(code("lease-lost"));
  expect(both.lost.aborted).toBe(true);
  await expect(put(doc, base.under(both))).rejects.toThrow(code("lease-lost"));
  await put(doc);
});

test("the unsent rest of a request does not arrive after the lease is lost", async () => {
  const body = "x".repeat(3_000_000);
  const slow = createServer({ pauseOnConnect: true });
  const connected = once(slow, "connection");
  await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
  const far = open(`http://127.0.0.1:${(slow.address() as AddressInfo).port}`);
  const sent = far.under(lease).write("PUT", doc, { body, repeatable: false });
  const [socket]: Socket[] = await connected;
  socket?.on("error", () => {});
  await new Promise((resolve) => setImmediate(resolve));
  lease.lose();
  await expect(sent).rejects.toThrow(code("lease-lost"));
  let arrived = 0;
  socket?.on("data", (chunk: Buffer) => {
    arrived += chunk.length;
  });
  socket?.resume();
  await new Promise((resolve) => socket?.once("close", resolve));
  expect(arrived).toBeLessThan(body.length);
  await far.close();
  slow.close();
});
