import { expect, it } from "vitest";
import type { Couch } from "../../../src/couch/couch.js";
import { inTurn } from "../../../src/transform/script-slots.js";

it("two scripts run concurrently, under any lease and even after a failure, and each run has its own limit", async () => {
  const [run, other] = [{ shared: new Map() } as unknown as Couch, { shared: new Map() } as unknown as Couch];
  const most = { run: 0, other: 0 };
  const now = { run: 0, other: 0 };
  const work = (name: "run" | "other", fails: boolean) => async () => {
    now[name] += 1;
    most[name] = Math.max(most[name], now[name]);
    await new Promise(setImmediate);
    now[name] -= 1;
    if (fails) throw new Error("failed");
  };
  const all = Array.from({ length: 9 }, (_, i) => {
    const underALease = { behind: run } as Couch;
    return inTurn(i % 2 === 0 ? run : underALease, work("run", i % 3 === 0));
  });
  const ended = await Promise.allSettled([...all, inTurn(other, work("other", false))]);
  expect(ended.filter(({ status }) => status === "rejected")).toHaveLength(3);
  expect([most, now]).toEqual([
    { run: 2, other: 1 },
    { run: 0, other: 0 },
  ]);
});
