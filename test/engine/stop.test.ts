/** How long a run that was told to stop may still take, measured on the test's own clock. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { stopper } from "../../src/engine/stop.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The grace period of an init container, minus the time to exit. */
const most = 4_500;

it("a signal stops new requests immediately, and all within five seconds, even if CouchDB hangs", () => {
  const control = new AbortController();
  const said: string[] = [];
  const { soft, hard, why } = stopper({ signal: control.signal }, ({ code }) => said.push(`cut: ${code}`));
  soft.addEventListener("abort", () => said.push("soft"));
  hard.addEventListener("abort", () => said.push("hard"));
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([]);
  control.abort();
  expect(said).toEqual(["soft"]);
  vi.advanceTimersByTime(most);
  expect(said).toEqual(["soft", "cut: interrupted", "hard"]);
  expect(why()).toMatchObject({ code: "interrupted" });
});

it("what is done in time is not aborted", () => {
  const control = new AbortController();
  const cut = vi.fn();
  const { hard, clear } = stopper({ signal: control.signal }, cut);
  control.abort();
  clear();
  vi.advanceTimersByTime(60_000);
  expect([cut.mock.calls.length, hard.aborted]).toEqual([0, false]);
});

it("--timeout does the same, and a later signal changes nothing", () => {
  const control = new AbortController();
  const cut = vi.fn();
  const { soft, hard, why } = stopper({ signal: control.signal, timeout: 10_000 }, cut);
  vi.advanceTimersByTime(9_999);
  expect(soft.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  control.abort();
  vi.advanceTimersByTime(most);
  expect([soft.aborted, hard.aborted, cut.mock.calls.length]).toEqual([true, true, 1]);
  expect(why()).toMatchObject({ code: "incomplete" });
});
