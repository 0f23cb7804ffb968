/** How the checks run, without a server. */
import { afterEach, expect, test, vi } from "vitest";
import type { Scene } from "../../src/doctor/check.js";
import { runChecks } from "../../src/doctor/run-checks.js";
import { Secrets } from "../../src/secrets/secrets.js";

afterEach(() => {
  vi.useRealTimers();
});

test("a check of a server that never answers ends, and so does the next one", async () => {
  vi.useFakeTimers();
  let cut = (_: unknown) => {};
  const couch = { url: "http://couchdb", contact: {}, cut: (reason: unknown) => cut(reason) };
  const scene = { options: {}, contact: { is: "accepted", couch } } as unknown as Scene;
  const find = () => new Promise<never>((_, reject) => (cut = reject));
  const kinds = ["one", "other"].map((name) => ({ group: "server", name, needs: "server", find }) as const);
  let checks: unknown;
  void runChecks(kinds, scene, new Secrets()).then((done) => {
    checks = done;
  });
  await vi.runAllTimersAsync();
  const hanging = { status: "problem", code: "unreachable", detail: "no answer from http://couchdb within 10 s" };
  expect(checks).toMatchObject([hanging, hanging]);
});
