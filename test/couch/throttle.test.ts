import { setImmediate } from "node:timers/promises";
import pMap from "p-map";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MigrateError } from "../../src/contract/errors.js";
import type { Event } from "../../src/contract/events.js";
import { type Gateway, openCouch } from "../../src/couch/gateway.js";
import { path } from "../../src/couch/path.js";
import type { RetryPolicy } from "../../src/couch/retry.js";
import { Interval, Throttle } from "../../src/couch/throttle.js";
import { readLeaves, writeLease } from "../../src/ledger/lease-document.js";
import { type Behaviour, inTurn, json, type MisbehavingServer, misbehavingServer } from "./support/misbehaving.js";

describe("the interval between two requests", () => {
  /** A server that accepts one request per `limit` milliseconds, and what one client after another sends in `time`. */
  function sent(limit: number, time: number): { accepted: number; refused: number } {
    const interval = new Interval();
    let [now, free, accepted, refused] = [0, 0, 0, 0];
    while (now < time) {
      const at = interval.turn(now);
      now = at + 1;
      if (at >= free) {
        free = at + limit;
        accepted += 1;
        interval.accepted(at);
      } else {
        refused += 1;
        interval.refused(at, 0, now);
      }
    }
    return { accepted, refused };
  }

  test.each([20, 100, 500])("finds a limit of one request per %i ms", (limit) => {
    const { accepted, refused } = sent(limit, 600 * limit);
    expect(accepted).toBeGreaterThan(300);
    expect(refused).toBeLessThan(accepted / 5);
  });

  test.each([2, 3, 6])("stays short if every %i. request is refused at any rate", (nth) => {
    const interval = new Interval();
    let now = 0;
    for (let i = 1; i <= 600; i += 1) {
      now = interval.turn(now) + 1;
      if (i % nth === 0) interval.refused(now - 1, 0, now);
      else interval.accepted(now - 1);
    }
    expect(now).toBeLessThan(600 * 1_000);
  });

  test("becomes short again if a server that refused every request refuses only every second one", () => {
    const interval = new Interval();
    let now = 0;
    const send = (isRefused: boolean) => {
      now = interval.turn(now) + 1;
      if (isRefused) interval.refused(now - 1, 0, now);
      else interval.accepted(now - 1);
    };
    for (let i = 0; i < 20; i += 1) send(true);
    for (let i = 0; i < 400; i += 1) send(i % 2 === 0);
    expect(interval.turn(now) - now).toBeLessThan(500);
  });

  test("follows a limit that appears on a server that refused some requests before", () => {
    const interval = new Interval();
    let [now, free, accepted, refused] = [0, 0, 0, 0];
    for (let i = 1; i <= 1_000; i += 1) {
      const at = interval.turn(now);
      now = at + 1;
      const isLimited = i > 500;
      if (isLimited ? at >= free : i % 3 > 0) {
        free = at + 2_000;
        accepted += isLimited ? 1 : 0;
        interval.accepted(at);
      } else {
        refused += isLimited ? 1 : 0;
        interval.refused(at, 0, now);
      }
    }
    expect(refused).toBeLessThan(accepted);
  });

  test("is none before the first refusal, and none again some time after the last one", () => {
    const interval = new Interval();
    expect([interval.turn(0), interval.turn(0)]).toEqual([0, 0]);
    interval.refused(0, 0, 0);
    expect([interval.turn(0), interval.turn(0), interval.turn(0)]).toEqual([50, 100, 150]);
    for (let i = 0; i < 50; i += 1) interval.accepted(150);
    expect([interval.turn(1_000), interval.turn(1_000)]).toEqual([1_000, 1_000]);
  });

  test("doubles once for requests that were sent together", () => {
    const interval = new Interval();
    for (const started of [0, 1, 2]) interval.refused(started, 0, 10 + started);
    expect(interval.turn(10)).toBe(60);
    expect(interval.turn(10)).toBe(110);
    interval.refused(60, 0, 70);
    expect(interval.turn(70)).toBe(170);
  });

  test("does not become shorter with requests that were sent before the refusal", () => {
    const interval = new Interval();
    interval.refused(0, 0, 10);
    for (let i = 0; i < 50; i += 1) interval.accepted(i / 5);
    expect([interval.turn(100), interval.turn(100)]).toEqual([100, 150]);
  });

  test("waits as long as the server asks, up to a minute", () => {
    const interval = new Interval();
    interval.refused(0, 3_000, 0);
    expect(interval.turn(0)).toBe(3_000);
    interval.refused(3_000, 3_600_000, 3_001);
    expect(interval.turn(3_002)).toBe(63_001);
  });
});

describe("many requests at the same time, and a server that accepts a burst and then so many per second", () => {
  /** Moves on when nothing else happens. Times in milliseconds. */
  class TestClock {
    #now = 0;
    readonly #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

    readonly now = () => this.#now;

    readonly pause = (milliseconds: number) =>
      new Promise<void>((wake) => void this.#sleepers.push({ until: this.#now + milliseconds, wake }));

    /** Until the work is done. */
    async run(work: Promise<unknown>): Promise<void> {
      let isDone = false;
      void work.finally(() => (isDone = true));
      for (;;) {
        await setImmediate();
        if (isDone) return;
        this.#sleepers.sort((one, other) => one.until - other.until);
        const next = this.#sleepers.shift();
        if (!next) throw new Error("the work waits for nothing");
        this.#now = next.until;
        next.wake();
      }
    }
  }

  /** @param asked what a refusal asks to wait. @returns what it took, in milliseconds, and how many were refused */
  async function take(wanted: number, perSecond: number, roundTrip: number, asked: number) {
    const clock = new TestClock();
    const throttle = new Throttle({ starvedAfter: 600_000, onLimit: () => {} }, clock);
    const { signal } = new AbortController();
    let [tokens, filled, refused] = [perSecond, 0, 0];
    const isAccepted = () => {
      tokens = Math.min(perSecond, tokens + ((clock.now() - filled) * perSecond) / 1_000);
      filled = clock.now();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    };
    const send = async () => {
      for (;;) {
        const started = await throttle.turn(true, signal);
        await clock.pause(roundTrip / 2);
        const accepted = isAccepted();
        await clock.pause(roundTrip / 2);
        if (accepted) return throttle.accepted(true, started);
        refused += 1;
        throttle.refused(true, started, asked);
      }
    };
    await clock.run(pMap(Array(wanted), send, { concurrency: 64 }));
    return { time: clock.now(), refused };
  }

  test.each([
    [5, 10, 0],
    [20, 10, 0],
    [20, 200, 0],
    [20, 10, 1_000],
    [20, 200, 1_000],
    [100, 10, 0],
    [500, 50, 0],
  ])(
    "takes at most twice as long as needed: %i per second, a round trip of %i ms, Retry-After: %i ms",
    async (...limit) => {
      const wanted = 15 * limit[0];
      const { time, refused } = await take(wanted, ...limit);
      expect(time).toBeLessThan(30_000);
      expect(refused).toBeLessThan(64 + wanted);
    },
  );
});

describe("under a rate limit", () => {
  let server: MisbehavingServer;
  let couch: Gateway;
  let events: Event[];

  beforeEach(async () => {
    server = await misbehavingServer();
    events = [];
  });
  afterEach(async () => {
    await couch.close();
    await server.close();
  });

  function open(retry: Partial<RetryPolicy> = {}, concurrency = 16): void {
    const emit = (event: Event) => void events.push(event);
    const { signal } = new AbortController();
    couch = openCouch({ url: server.url }, { emit, signal, readOnly: false, retry, concurrency });
  }

  const written: Behaviour = (request, response) =>
    json(201, { ok: true, id: request.path.split("/").at(-1), rev: "1-0" })(request, response);

  /** Accepts every read, and one write per `interval` milliseconds. */
  function limited(interval: number, headers = {}): Behaviour {
    let free = 0;
    return (request, response) => {
      if (request.method !== "PUT") return json(200, {})(request, response);
      if (performance.now() < free) return json(429, { error: "too_many_requests" }, headers)(request, response);
      free = performance.now() + interval;
      written(request, response);
    };
  }
  const put = (i: number) => couch.write("PUT", path`/zerglings/${String(i)}`, { body: { i }, repeatable: true });
  const warnings = () => events.flatMap((event) => (event.type === "warning" ? event.code : []));

  /** After `/_up` and a write, a second write waits for its turn. @returns stops it */
  async function writeThatWaits(): Promise<() => Promise<void>> {
    open();
    server.behave(limited(3_600_000, { "retry-after": "3600" }));
    await couch.read(path`/_up`);
    await put(1);
    const ended = new AbortController();
    const write = couch.write("PUT", path`/zerglings/2`, { repeatable: true, signal: ended.signal });
    const stopped = expect(write).rejects.toThrow();
    await expect.poll(() => server.received.length).toBe(3);
    return async () => {
      ended.abort();
      await stopped;
    };
  }

  test("every write succeeds, however many are refused", async () => {
    open();
    server.behave(limited(40));
    await couch.read(path`/_up`);
    await Promise.all(Array.from({ length: 12 }, (_, i) => put(i)));
    expect(server.received.filter(({ method }) => method === "PUT").length).toBeGreaterThan(12);
    expect(warnings()).toEqual(["rate-limited"]);
  });

  test("a refusal is no failure: the first failure after one does not ask whether the disk is full", async () => {
    open({ pause: 1 });
    couch.askInDoubt("zerglings");
    await couch.read(path`/_up`);
    const unexplained = json(500, { error: "internal_server_error", reason: "internal_server_error" });
    server.behave(inTurn(json(429, { error: "too_many_requests" }), unexplained, written));
    await put(1);
    expect(server.received.map((request) => request.path).slice(1)).toEqual(Array(3).fill("/zerglings/1"));
  });

  test("a refusal is no failed attempt: the first failure after refusals is retried", async () => {
    open({ attempts: 2, pause: 1 });
    await couch.read(path`/_up`);
    const refused = json(429, { error: "too_many_requests" });
    server.behave(inTurn(refused, refused, refused, json(503, { error: "unavailable" }), written));
    await put(1);
    expect(server.received.length).toBe(6);
  });

  test("reads do not wait for a limit on writes", async () => {
    const stop = await writeThatWaits();
    await couch.read(path`/zerglings/3`);
    await stop();
    expect(server.received.map(({ method }) => method)).toEqual(["GET", "PUT", "PUT", "GET"]);
  });

  const place = { database: "zerglings", set: "app", own: true };

  test("a lease is written while others wait for their turn", async () => {
    const stop = await writeThatWaits();
    server.behave(written);
    const lease = { holder: null, nonce: "", token: 1, since: "", ttl: 1_000 };
    await writeLease(couch, place, undefined, lease, 1_000);
    await stop();
    expect(server.received.map((request) => request.path).slice(2)).toEqual(["/zerglings/2", "/zerglings/lease-app"]);
  });

  test("a lease is read while other reads wait for their turn", async () => {
    open();
    await couch.read(path`/_up`);
    server.behave(json(429, { error: "too_many_requests" }, { "retry-after": "3600" }));
    const ended = new AbortController();
    const read = expect(couch.read(path`/zerglings/1`, { signal: ended.signal })).rejects.toThrow();
    await expect.poll(() => server.received.length).toBe(2);
    server.behave(json(404, { error: "not_found" }));
    expect(await readLeaves(couch, place, { timeout: 1_000 })).toEqual([]);
    ended.abort();
    await read;
  });

  test("after a refusal, a read that waited for others waits for its turn, too", async () => {
    open({}, 2);
    await couch.read(path`/_up`);
    server.behave((request, response) => {
      const isLease = request.path.includes("lease");
      const refused = json(429, { error: "too_many_requests" }, { "retry-after": "3600" });
      return (isLease ? json(404, { error: "not_found" }) : refused)(request, response);
    });
    const ended = new AbortController();
    const reads = Array.from({ length: 40 }, (_, i) => couch.read(path`/${`hive-${i}`}`, { signal: ended.signal }));
    const stopped = Promise.allSettled(reads);
    await expect.poll(() => events.some((event) => event.type === "request" && event.status === 429)).toBe(true);
    for (let i = 0; i < 40; i += 1) await readLeaves(couch, place, { timeout: 1_000 });
    ended.abort();
    await stopped;
    const sent = server.received.filter((request) => request.path.startsWith("/hive-"));
    expect(sent.length).toBeLessThanOrEqual(8);
  });

  test("the run is incomplete if no request is accepted for too long", async () => {
    open({ starvedAfter: 200 });
    await couch.read(path`/_up`);
    server.behave(json(429, { error: "too_many_requests" }));
    await expect(put(1)).rejects.toThrow(expect.objectContaining({ code: "incomplete" }));
    expect((couch.starved.reason as MigrateError).message).toContain("rate limit (429)");
  });
});
