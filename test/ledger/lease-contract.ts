/**
 * The promises of the lease on any server: one node, several nodes of a cluster, or the embedded server.
 * Each runner judges for itself whether it holds the lease (`assertHeld`): nobody may get it while another thinks it
 * has it.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MigrateError } from "../../src/contract/errors.js";
import type { Event } from "../../src/contract/events.js";
import type { Couch } from "../../src/couch/couch.js";
import { readSnapshot, type Snapshot } from "../../src/engine/fast-path/snapshot.js";
import { ensureLedgerDatabase } from "../../src/ledger/database.js";
import { breakLease, type Lease, readLease, type TakeLeaseOptions, takeLease } from "../../src/ledger/lease.js";
import type { LeaseBody } from "../../src/ledger/lease-document.js";
import { readPartLeases } from "../../src/ledger/part-leases.js";
import type { LeasePlace } from "../../src/ledger/place.js";
import type { LedgerPlace } from "../../src/ledger/store.js";
import { removeDatabase, uniqueName } from "../support/databases.js";
import { type Addressed, must, request } from "../support/request.js";
import { connect, contend, options, shortTtl } from "./clients.js";
import { answerLost, asItIs, belowQuorum, inTurn, type OnWrite, rateLimited, requestLost, tamper } from "./tamper.js";

export interface ContractServer {
  /** The nodes to use: several of one cluster, or one. */
  readonly nodes: readonly Addressed[];
  /** Whether it accepts revisions from outside (`new_edits: false`). */
  readonly takesRevisions: boolean;
}

const snapshot: Snapshot = {
  digest: "abc",
  reads: [["file", "one.json"]],
  variables: ["ROLE"],
  ledger: "0-1700000000000",
  steps: ["hive"],
  databases: { hive: "1700000000", nest: null },
  shardMaps: { hive: "1-abc" },
  matching: { "swarm-*": { "swarm-1": ["1-def", "1732000000"] } },
};

export function leaseContract(title: string, start: () => Promise<ContractServer>, clients: number): void {
  // The cases mostly wait, each for its own lease.
  describe.concurrent(title, () => {
    const database = uniqueName("lease");
    const never = new AbortController().signal;
    let server: ContractServer;
    let first: Addressed;

    beforeAll(async () => {
      server = await start();
      first = server.nodes[0] as Addressed;
      const couch = connectTo(0);
      await ensureLedgerDatabase(couch, { database, set: "s", own: true }, { emit: () => {}, signal: never });
    });
    afterAll(() => removeDatabase(database, first));

    const place = (): LedgerPlace => ({ database, set: randomUUID(), own: true });
    const connectTo = (index: number, killed?: AbortSignal) =>
      connect(server.nodes[index % server.nodes.length] as Addressed, killed);
    const take = (
      where: LeasePlace,
      holder: string,
      more: Partial<TakeLeaseOptions> = {},
      couch: Couch = connectTo(0),
    ) => takeLease(couch, where, options(holder, more));
    const held = (lease: Lease) => {
      try {
        lease.assertHeld();
        return true;
      } catch {
        return false;
      }
    };
    const code = (expected: string) => expect.objectContaining({ code: expected });

    it("passes from runner to runner with rising tokens", async () => {
      const where = place();
      const events: Event[] = [];
      for (const token of [1, 2, 3]) {
        const lease = await take(where, "anna", { emit: (event) => events.push(event) });
        expect([lease.token, held(lease), await lease.release(), held(lease)]).toEqual([token, true, true, false]);
      }
      expect(events).toEqual([1, 2, 3].map((token) => ({ type: "lease-taken", holder: "anna", token })));
    });

    it(`is held by one of ${clients} at a time`, async () => {
      const where = place();
      const runners = Array.from({ length: clients }, (_, index) => index);
      const { overlaps, tokens } = await contend(
        runners.map((index) => () => take(where, `runner-${index}`, {}, connectTo(index))),
      );
      expect(overlaps).toEqual([]);
      expect(tokens).toHaveLength(clients);
      expect(new Set(tokens).size).toBe(clients);
      expect([...tokens].sort((a, b) => a - b)).toEqual(tokens);
    });

    it("is waited for until --lease-wait, and the waiting runner names the holder", async () => {
      const where = place();
      const anna = await take(where, "anna");
      const events: Event[] = [];
      let time = 0;
      const emit = (event: Event) => {
        events.push(event);
        time += 1_000;
      };
      const eva = take(where, "eva", { leaseWait: 1_000, now: () => time, emit }, connectTo(1));
      await expect(eva).rejects.toThrow(code("lease-held"));
      expect(events).toEqual([expect.objectContaining({ type: "lease-waiting", holder: "anna", milliseconds: 0 })]);
      expect(held(anna)).toBe(true);
      await anna.release();
    });

    it("is not waited for with --lease-wait 0", async () => {
      const where = place();
      const anna = await take(where, "anna");
      await expect(take(where, "eva", { leaseWait: 0 }, connectTo(1))).rejects.toThrow(code("lease-held"));
      await anna.release();
      expect((await take(where, "eva", { leaseWait: 0 }, connectTo(1))).token).toBe(2);
    });

    it("is no longer waited for after a signal", async () => {
      const where = place();
      const anna = await take(where, "anna");
      const stop = new AbortController();
      const eva = take(where, "eva", { signal: stop.signal, emit: () => stop.abort() }, connectTo(1));
      await expect(eva).rejects.toThrow(code("interrupted"));
      await anna.release();
    });

    it("is renewed for as long as it is needed", async () => {
      const where = place();
      let writes = 0;
      const counted = tamper(connectTo(0), (...write) => {
        writes += 1;
        return asItIs(...write);
      });
      const anna = await take(where, "anna", {}, counted);
      const stop = new AbortController();
      const eva = take(where, "eva", { signal: stop.signal }, connectTo(1));
      // The first write takes the lease; each of the others extends it by a fifth of the TTL.
      await vi.waitUntil(() => writes >= 7 || anna.lost.aborted, { timeout: 120_000 });
      expect(held(anna)).toBe(true);
      stop.abort();
      await expect(eva).rejects.toThrow(code("interrupted"));
      await anna.release();
    });

    it("is renewed on request only when it is no longer fresh, and once for all callers", async () => {
      let time = 0;
      const clock = () => time;
      let writes = 0;
      const counted = tamper(connectTo(0), (...write) => {
        writes += 1;
        return asItIs(...write);
      });
      const anna = await take(place(), "anna", { now: clock, wallClock: clock, ttl: 60_000 }, counted);
      const all = () => Promise.all([anna.renewed(), anna.renewed(), anna.renewed()]);
      time = 19_000;
      await all();
      expect([anna.isFresh, anna.left, writes]).toEqual([true, 17_000, 1]);
      time = 21_000;
      expect(anna.isFresh).toBe(false);
      await all();
      expect([anna.isFresh, anna.left, writes]).toEqual([true, 36_000, 2]);
      time = 57_000;
      await expect(anna.renewed()).rejects.toThrow(code("lease-lost"));
      expect([anna.lost.aborted, writes]).toEqual([true, 2]);
      await anna.release();
    });

    it("is lost if the machine was suspended for too long, even if its monotonic clock stood still", async () => {
      let wall = 1_000_000;
      const anna = await take(place(), "anna", { now: () => 0, wallClock: () => wall, ttl: 60_000 });
      wall += 21_000;
      expect([held(anna), anna.isFresh]).toEqual([true, false]);
      wall += 16_000;
      expect(held(anna)).toBe(false);
      await anna.release();
    });

    it("tells the caller why it can't be renewed", async () => {
      let time = 0;
      const refused = new MigrateError("unauthorized", { message: "no" });
      let refuse = false;
      const couch = tamper(connectTo(0), (...write) => (refuse ? Promise.reject(refused) : asItIs(...write)));
      const anna = await take(place(), "anna", { now: () => time, ttl: 60_000 }, couch);
      [refuse, time] = [true, 21_000];
      await expect(anna.renewed()).rejects.toThrow(code("unauthorized"));
      refuse = false;
      await anna.renewed();
      await anna.release();
    });

    it("retries its renewal after a rate limit", async () => {
      let time = 0;
      const couch = tamper(connectTo(0), inTurn(asItIs, rateLimited, rateLimited));
      const anna = await take(place(), "anna", { now: () => time, ttl: 60_000 }, couch);
      time = 21_000;
      await anna.renewed();
      expect(anna.isFresh).toBe(true);
      await anna.release();
    });

    it("of a killed runner is taken over once that runner could no longer think it holds it", async () => {
      const where = place();
      const kill = new AbortController();
      const anna = await take(where, "anna", { ttl: shortTtl }, connectTo(0, kill.signal));
      kill.abort();
      const events: Event[] = [];
      const emit = (event: Event) => events.push(event);
      const eva = await take(where, "eva", { ttl: shortTtl, emit }, connectTo(1));
      expect([held(anna), anna.lost.aborted]).toEqual([false, true]);
      expect(eva.token).toBeGreaterThan(anna.token);
      expect(events).toContainEqual({ type: "lease-taken", holder: "eva", token: eva.token, from: "anna" });
      await eva.release();
    });

    it("that could not be renewed is lost, and stays lost", async () => {
      let cut = false;
      const couch = tamper(connectTo(0), (...write) => (cut ? requestLost : asItIs)(...write));
      const anna = await take(place(), "anna", { ttl: shortTtl }, couch);
      cut = true;
      await vi.waitUntil(() => anna.lost.aborted, { timeout: 120_000 });
      cut = false;
      expect(() => anna.assertHeld()).toThrow(code("lease-lost"));
      expect([await anna.release(), held(anna)]).toEqual([false, false]);
    });

    it("is released once, however often release is called", async () => {
      const where = place();
      const anna = await take(where, "anna");
      expect(await Promise.all([anna.release(), anna.release()])).toEqual([true, true]);
      const eva = await take(where, "eva");
      await anna.release();
      expect([held(eva), (await readLease(connectTo(0), where))?.holder]).toEqual([true, "eva"]);
      await eva.release();
    });

    it("is left with a snapshot, which is dropped when the lease is taken", async () => {
      const where = place();
      const anna = await take(where, "anna");
      expect(await readSnapshot(connectTo(0), where)).toBeUndefined();
      await anna.release(snapshot);
      expect(await readSnapshot(connectTo(0), where)).toEqual(snapshot);
      const eva = await take(where, "eva");
      expect(await readSnapshot(connectTo(0), where)).toBeUndefined();
      await eva.release();
      expect(await readSnapshot(connectTo(0), where)).toBeUndefined();
    });

    it("is released even if its snapshot is refused", async () => {
      const where = place();
      const tooLarge: OnWrite = async (send, _path, { body }) => {
        if (!(body as LeaseBody).snapshot) return send();
        throw new MigrateError("request-failed", { message: "it is too large", data: { status: 413 } });
      };
      const anna = await take(where, "anna", {}, tamper(connectTo(0), tooLarge));
      expect(await anna.release(snapshot)).toBe(true);
      expect([await readLease(connectTo(0), where), await readSnapshot(connectTo(0), where)]).toEqual([
        null,
        undefined,
      ]);
    });

    it.each([
      ["the answer to the first write is lost", inTurn(answerLost), 1],
      ["the first write is lost", inTurn(requestLost), 1],
      ["the answers to the first write and to its retry are lost", inTurn(answerLost, answerLost), 2],
      ["only a minority stored the first write", inTurn(belowQuorum), 2],
      ["only a minority stored the first write and its undoing", inTurn(belowQuorum, belowQuorum), 2],
    ])("is taken even if %s", async (_, onWrite, token) => {
      const where = place();
      const anna = await take(where, "anna", {}, tamper(connectTo(0), onWrite));
      expect([anna.token, held(anna)]).toEqual([token, true]);
      await expect(take(where, "eva", { leaseWait: 0 })).rejects.toThrow(code("lease-held"));
      expect(await anna.release()).toBe(true);
    });

    it.each([
      ["answers are lost", answerLost],
      ["requests are lost", requestLost],
      ["writes are stored by a minority", belowQuorum],
    ])("is kept even if every other renewal's %s", async (_, onWrite) => {
      let writes = 0;
      const couch = tamper(connectTo(0), (...write) => (++writes % 2 === 0 ? onWrite : asItIs)(...write));
      // Time passes with each write, and not with a slow machine: the lease is lost after nine failures in a row.
      const now = () => writes * 1_000;
      const anna = await take(place(), "anna", { now, wallClock: now }, couch);
      await vi.waitUntil(() => writes >= 10 || anna.lost.aborted, { timeout: 120_000 });
      expect(held(anna)).toBe(true);
      expect(await anna.release()).toBe(true);
    });

    it("is not taken if only a minority accepts writes", async () => {
      const fast = () => performance.now() * 20;
      const couch = tamper(connectTo(0), belowQuorum);
      await expect(take(place(), "anna", { now: fast }, couch)).rejects.toThrow(code("below-quorum"));
    });

    it("is waited for as long as --wait says if only a minority accepts writes", async () => {
      const fast = () => performance.now() * 20;
      const until = fast() + 40_000;
      const couch = tamper(connectTo(0), (...write) => (fast() < until ? belowQuorum : asItIs)(...write));
      const anna = await take(place(), "anna", { now: fast, ttl: 20_000, wait: 80_000 }, couch);
      expect(fast()).toBeGreaterThan(until);
      await anna.release();
    });

    it("is not taken in a database that does not exist", async () => {
      const fast = () => performance.now() * 20;
      const where = { ...place(), database: uniqueName("missing") };
      await expect(take(where, "anna", { now: fast })).rejects.toThrow(code("request-failed"));
    });

    it("is not taken if the server refuses the credentials", async () => {
      const refused = new MigrateError("unauthorized", { message: "no" });
      const couch = tamper(connectTo(0), () => Promise.reject(refused));
      await expect(take(place(), "anna", {}, couch)).rejects.toThrow(code("unauthorized"));
    });

    it("is requested only once if the server refuses", async () => {
      let writes = 0;
      const refused = new MigrateError("request-failed", { message: "no", data: { status: 400 } });
      const couch = tamper(connectTo(0), () => {
        writes += 1;
        return Promise.reject(refused);
      });
      await expect(take(place(), "anna", {}, couch)).rejects.toThrow(code("request-failed"));
      expect(writes).toBe(1);
    });

    it("scenario 4: a plain GET that shows a stray leaf that nobody holds is not enough to take the lease", async ({
      skip,
    }) => {
      if (!server.takesRevisions) skip();
      const where = place();
      const anna = await take(where, "anna");
      const id = `lease-${where.set}`;
      const ids = ["f".repeat(32), "e".repeat(32)];
      const stray = { _id: id, _revisions: { start: 900, ids }, type: "lease", holder: null, token: 40 };
      await must(first, "POST", `/${database}/_bulk_docs`, { body: { new_edits: false, docs: [stray] } });
      expect((await request(first, "GET", `/${database}/${id}`)).body).toMatchObject({ holder: null, token: 40 });

      expect((await readLease(connectTo(1), where))?.holder).toBe("anna");
      await expect(take(where, "eva", { leaseWait: 1_500 }, connectTo(1))).rejects.toThrow(code("lease-held"));
      expect(held(anna)).toBe(true);
      expect(await anna.release()).toBe(true);
      const eva = await take(where, "eva", {}, connectTo(1));
      expect(eva.token).toBe(41);
      await eva.release();
      expect(await readLease(connectTo(0), where)).toBeNull();
    });

    describe("keeps no second live leaf from the runner that did not get it", () => {
      const id = (where: LedgerPlace) => `lease-${where.set}`;
      const hash = (digit: string) => digit.repeat(32);
      /** As on a cluster: most copies took anna's leaf, one took eva's, and eva gets a conflict. */
      const bothTake = async (where: LedgerPlace, eva: object) => {
        const leaf = (digit: string, body: object) => ({ ...body, _id: id(where), _rev: `1-${hash(digit)}` });
        const docs = [leaf("a", { ...eva, holder: "anna", nonce: randomUUID() }), leaf("e", eva)];
        await must(first, "POST", `/${database}/_bulk_docs`, { body: { new_edits: false, docs } });
      };

      it.each([
        ["that any read shows", true],
        ["that only a read of all copies shows", false],
      ])("%s", async (_, anyLook) => {
        if (!server.takesRevisions) return;
        const where = place();
        const conflict = inTurn(async (_send, _path, { body }) => {
          await bothTake(where, body as object);
          return { status: 409, body: undefined } as never;
        });
        const real = connectTo(0);
        const read: Couch["read"] = async (path, options) => {
          const answer = await real.read<never>(path, options);
          const { body }: { body: unknown } = answer;
          if (anyLook || options?.query?.r !== undefined || !Array.isArray(body)) return answer;
          return { ...answer, body: body.filter(({ ok }) => ok.holder !== "eva") as never };
        };
        await expect(take(where, "eva", { leaseWait: 0 }, tamper(real, conflict, { read }))).rejects.toThrow(
          code("lease-held"),
        );
        const leaves = await must(first, "GET", `/${database}/${id(where)}?open_revs=all`);
        const live = leaves.filter(({ ok }: { ok: { _deleted?: boolean } }) => !ok._deleted);
        expect([live.length, leaves.length, live[0].ok.holder]).toEqual([1, 2, "anna"]);
      });
    });

    it("can be broken by a person, and its holder notices", async () => {
      const where = place();
      const anna = await take(where, "anna");
      expect(await breakLease(connectTo(1), where, "eva")).toMatchObject({ holder: "anna", token: 1 });
      expect(await readLease(connectTo(0), where)).toBeNull();
      const eva = await take(where, "eva", { leaseWait: 0 }, connectTo(1));
      expect(eva.token).toBe(3);
      await vi.waitUntil(() => anna.lost.aborted, { timeout: 120_000 });
      expect([held(eva), await anna.release(), held(eva)]).toEqual([true, false, true]);
      await eva.release();
      expect(await breakLease(connectTo(1), where, "eva")).toBeNull();
    });

    it("of a part is separate from the set's, and is shown with those of the other parts", async () => {
      const where = place();
      const part = (step: string, number: number) => ({ step, number });
      const leases = [
        await take(where, "anna"),
        await take({ ...where, part: part("legs", 10) }, "eva", {}, connectTo(1)),
        await take({ ...where, part: part("legs", 2) }, "zoe", {}, connectTo(2)),
        await take({ ...where, part: part("arms", 1) }, "ida"),
      ];
      const couch = connectTo(1);
      const shown = async () => (await readPartLeases(couch, where)).map(({ part, holder }) => ({ ...part, holder }));
      await leases[3]?.release();
      await vi.waitFor(
        async () =>
          expect(await shown()).toEqual([
            { ...part("legs", 2), holder: "zoe" },
            { ...part("legs", 10), holder: "eva" },
          ]),
        { timeout: 120_000 },
      );
      await expect(take({ ...where, part: part("legs", 2) }, "ida", { leaseWait: 0 })).rejects.toThrow(
        /^zoe has held the lease of part 2 of legs for .* \(since /,
      );
      expect(await breakLease(couch, { ...where, part: part("legs", 2) }, "ida")).toMatchObject({ holder: "zoe" });
      expect((await readLease(couch, where))?.holder).toBe("anna");
      await vi.waitFor(async () => expect(await shown()).toEqual([{ ...part("legs", 10), holder: "eva" }]), {
        timeout: 120_000,
      });
      for (const lease of leases) await lease.release();
      const unused = connectTo(0);
      expect(await readPartLeases(unused, place())).toEqual([]);
      expect(await readPartLeases(unused, { ...where, database: uniqueName("missing") })).toEqual([]);
      expect({ ...unused.requests }).toEqual({ reads: 2, writes: 0 });
    });

    it("is shown by a single read", async () => {
      const where = place();
      const anna = await take(where, "anna");
      const couch = connectTo(0);
      expect(await readLease(couch, where)).toEqual({
        holder: "anna",
        token: 1,
        ttl: expect.any(Number),
        since: expect.stringMatching(/^\d{4}-/),
      });
      expect({ ...couch.requests }).toEqual({ reads: 1, writes: 0 });
      await anna.release();
      expect(await readLease(couch, place())).toBeNull();
      expect(await readLease(couch, { ...where, database: uniqueName("missing") })).toBeNull();
    });
  });
}
