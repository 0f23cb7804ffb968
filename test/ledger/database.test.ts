import { describe, expect, it } from "vitest";
import type { Answer, Couch, ReadOptions } from "../../src/couch/couch.js";
import { ensureLedgerDatabase } from "../../src/ledger/database.js";
import { databaseName, freshDatabase } from "../support/databases.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";
import { connect } from "./clients.js";
import { answerLost, asItIs, inTurn, tamper } from "./tamper.js";

const never = new AbortController().signal;
const adminOnly = { admins: { names: [], roles: ["_admin"] }, members: { names: [], roles: ["_admin"] } };
const open = { admins: { names: [], roles: [] }, members: { names: [], roles: [] } };
const code = (expected: string) => expect.objectContaining({ code: expected });

const ensure = (couch: Couch, database: string, own = true, signal = never) =>
  ensureLedgerDatabase(couch, { database, set: "s", own }, { emit: () => {}, signal });
const securityOf = (database: string) => must(server(), "GET", `/${database}/_security`);

/** As from a cluster of three. */
function clustered(couch: Couch): { couch: Couch; asked: string[] } {
  const asked: string[] = [];
  const read = async (path: string, options?: ReadOptions): Promise<Answer<never>> => {
    asked.push(path);
    if (path === "/_membership") return { status: 200, body: { cluster_nodes: ["a", "b", "c"] } as never };
    return couch.read(path as never, options);
  };
  return { couch: tamper(couch, asItIs, { read }), asked };
}

describe("our own database", () => {
  it("is created for admins only", async () => {
    const database = databaseName("ledger");
    await ensure(connect(server()), database);
    expect(await securityOf(database)).toMatchObject({ admins: { roles: ["_admin"] }, members: { roles: ["_admin"] } });
    const anonymous = await request(server(), "GET", `/${database}/_local/couchdb-migrate-s`, { as: null });
    expect(anonymous.status).toBe(401);
  });

  it("is left alone once it is correct", async () => {
    const database = databaseName("ledger");
    await ensure(connect(server()), database);
    const couch = connect(server());
    await ensure(couch, database);
    expect(couch.requests.writes).toBe(0);
  });

  it("is closed if it was open", async () => {
    const database = await freshDatabase("ledger");
    await must(server(), "PUT", `/${database}/_security`, { body: open });
    await ensure(connect(server()), database);
    expect(await securityOf(database)).toEqual(adminOnly);
  });

  it("is created once by six concurrent runners", async () => {
    const database = databaseName("ledger");
    await Promise.all(Array.from({ length: 6 }, () => ensure(connect(server()), database)));
    expect((await request(server(), "GET", `/${database}`)).status).toBe(200);
  });

  it("is created even if the answer is lost", async () => {
    const database = databaseName("ledger");
    await ensure(tamper(connect(server()), inTurn(answerLost)), database);
    expect((await request(server(), "GET", `/${database}`)).status).toBe(200);
  });

  it("is not used immediately if it is new on a cluster", async () => {
    const database = databaseName("ledger");
    const stop = new AbortController();
    const { couch, asked } = clustered(connect(server()));
    const ensured = ensure(couch, database, true, stop.signal);
    const stopped = expect(ensured).rejects.toThrow(code("interrupted"));
    while (!asked.includes("/_membership")) await new Promise((resolve) => setTimeout(resolve, 20));
    setTimeout(() => stop.abort(), 300);
    await stopped;
  });

  it("is used immediately if a runner has used it before, even if all its documents are deleted by now", async () => {
    const database = await freshDatabase("ledger");
    const { rev } = await must(server(), "PUT", `/${database}/lease-other`, { body: {} });
    await must(server(), "DELETE", `/${database}/lease-other?rev=${rev}`);
    const { couch, asked } = clustered(connect(server()));
    await ensure(couch, database);
    expect(asked).not.toContain("/_membership");
  });
});

describe("a database that the user chose", () => {
  it("is never created", async () => {
    const database = databaseName("theirs");
    const couch = connect(server());
    await expect(ensure(couch, database, false)).rejects.toThrow(code("invalid-settings"));
    expect(couch.requests.writes).toBe(0);
  });

  it("keeps its security", async () => {
    const database = await freshDatabase("theirs");
    await must(server(), "PUT", `/${database}/_security`, { body: open });
    const couch = connect(server());
    await ensure(couch, database, false);
    expect(couch.requests.writes).toBe(0);
    expect(await securityOf(database)).toEqual(open);
  });
});
