import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Couch } from "../../src/couch/couch.js";
import type { Entry, Ledger } from "../../src/ledger/ledger.js";
import { readLedger, writeLedger } from "../../src/ledger/store.js";
import { removeDatabase, uniqueName } from "../support/databases.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { connect } from "./clients.js";
import { answerLost, belowQuorum, inTurn, requestLost, tamper } from "./tamper.js";

const database = uniqueName("ledger");
beforeAll(() => must(server(), "PUT", `/${database}`));
afterAll(() => removeDatabase(database));

const somewhere = () => ({ database, set: randomUUID(), own: true });
const code = (expected: string) => expect.objectContaining({ code: expected });

function entry(checksum: string, minute = 0): Entry {
  const appliedAt = `2024-01-01T00:0${minute}:00.000Z`;
  return { kind: "ensureDatabase", checksum, former: [], appliedAt, milliseconds: 1, version: "1", databases: {} };
}

function ledger(set: string, ...ids: string[]): Ledger {
  return { formatVersion: 1, set, entries: Object.fromEntries(ids.map((id) => [id, entry(`1:${id}`)])) };
}

/** The `_rev` sent with each write. */
function watched(couch: Couch, more: Partial<Couch> = {}): { couch: Couch; sent: (string | undefined)[] } {
  const sent: (string | undefined)[] = [];
  const onWrite = tamper(
    couch,
    (send, _, { body }) => {
      sent.push((body as { _rev?: string })._rev);
      return send();
    },
    more,
  );
  return { couch: onWrite, sent };
}

describe("the ledger", () => {
  it("is absent if there is no document or no database, at the cost of one request", async () => {
    const couch = connect(server());
    expect(await readLedger(couch, somewhere())).toBeUndefined();
    expect(await readLedger(couch, { ...somewhere(), database: uniqueName("missing") })).toBeUndefined();
    expect({ ...couch.requests }).toEqual({ reads: 2, writes: 0 });
  });

  it("is read as it was written", async () => {
    const place = somewhere();
    const written = await writeLedger(connect(server()), place, undefined, ledger(place.set, "a", "__proto__", "_x"));
    const identity = { id: expect.stringMatching(/^[0-9a-f-]{36}$/) };
    expect(written.ledger).toEqual({ ...ledger(place.set, "a", "__proto__", "_x"), server: identity });
    expect(await readLedger(connect(server()), place)).toEqual(written);
  });

  it("has revisions of equal length that rise with every write", async () => {
    const place = somewhere();
    const couch = connect(server());
    let stored = await writeLedger(couch, place, undefined, ledger(place.set));
    for (const id of ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]) {
      const next = await writeLedger(couch, place, stored, ledger(place.set, id));
      expect(next.rev > stored.rev).toBe(true);
      expect(next.rev).toMatch(/^0-\d{13}$/);
      stored = next;
    }
    expect((await readLedger(connect(server()), place))?.rev).toBe(stored.rev);
  });

  it("sends CouchDB 1.x the present revision, and none for a new document", async () => {
    const place = somewhere();
    const { couch, sent } = watched(connect(server()), { version: async () => "1.7.2" });
    const first = await writeLedger(couch, place, undefined, ledger(place.set, "a"));
    await writeLedger(couch, place, undefined, ledger(place.set, "b"));
    expect(sent).toEqual([undefined, first.rev]);
  });

  it("keeps what another runner wrote meanwhile", async () => {
    const place = somewhere();
    const couch = connect(server());
    const stored = await writeLedger(couch, place, undefined, ledger(place.set, "a"));
    await writeLedger(connect(server()), place, stored, ledger(place.set, "a", "b"));
    const merged = await writeLedger(couch, place, stored, ledger(place.set, "a", "c"));
    expect(Object.keys(merged.ledger.entries).sort()).toEqual(["a", "b", "c"]);
    expect(await readLedger(couch, place)).toEqual(merged);
  });

  it("drops what a person wants forgotten", async () => {
    const place = somewhere();
    const couch = connect(server());
    const stored = await writeLedger(couch, place, undefined, ledger(place.set, "a", "b"));
    await writeLedger(couch, place, stored, ledger(place.set, "a"), { exactly: true });
    expect(Object.keys((await readLedger(couch, place))?.ledger.entries ?? {})).toEqual(["a"]);
  });

  it.each([
    ["an answer is lost", inTurn(answerLost)],
    ["a request is lost", inTurn(requestLost)],
    ["a minority stored the first write", inTurn(belowQuorum)],
    ["each of these goes wrong in turn", inTurn(answerLost, belowQuorum, requestLost)],
  ])("is written even if %s", async (_, onWrite) => {
    const place = somewhere();
    const couch = tamper(connect(server()), onWrite);
    const written = await writeLedger(couch, place, undefined, ledger(place.set, "a"));
    expect(await readLedger(connect(server()), place)).toEqual(written);
  });

  it("uses no revision twice, so that no two copies differ under the same one", async () => {
    const place = somewhere();
    const { couch, sent } = watched(tamper(connect(server()), inTurn(answerLost, requestLost, belowQuorum)));
    await writeLedger(couch, place, undefined, ledger(place.set, "a"));
    expect(sent).toHaveLength(4);
    expect(new Set(sent).size).toBe(4);
  });

  it.each([
    ["only a minority stores it", belowQuorum, "below-quorum"],
    ["no answer ever comes", requestLost, "outcome-unknown"],
  ])("is not written if %s", async (_, onWrite, expected) => {
    const place = somewhere();
    const couch = tamper(connect(server()), onWrite);
    await expect(writeLedger(couch, place, undefined, ledger(place.set, "a"))).rejects.toThrow(code(expected));
  });

  it("is not sent if it is larger than CouchDB accepts", async () => {
    const place = somewhere();
    const couch = connect(server());
    const databases = Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [`tenant-${i}`, "1700000000"]));
    const large = { ...ledger(place.set), entries: { a: { ...entry("1:a"), databases } } };
    await expect(writeLedger(couch, place, undefined, large)).rejects.toThrow(code("ledger-too-large"));
    expect(couch.requests.writes).toBe(0);
  });

  it("of a later version is neither read nor overwritten", async () => {
    const place = somewhere();
    const later = { formatVersion: 2, set: place.set, entries: {} };
    await must(server(), "PUT", `/${database}/_local/couchdb-migrate-${place.set}`, { body: later });
    const couch = connect(server());
    await expect(readLedger(couch, place)).rejects.toThrow(code("ledger-unreadable"));
    await expect(writeLedger(couch, place, undefined, ledger(place.set))).rejects.toThrow(code("ledger-unreadable"));
    expect(couch.requests.writes).toBe(0);
  });
});
