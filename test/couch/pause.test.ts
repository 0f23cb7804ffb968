import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { pause, rest } from "../../src/couch/pause.js";

test("many pauses in one run looked like a leak to Node.js, which warned users", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  const end = new AbortController();

  const pauses = Array.from({ length: 12 }, () => pause(60_000, end.signal));
  const rests = Array.from({ length: 12 }, () => rest(60_000, end.signal));
  end.abort(new Error("stopped"));

  expect((await Promise.allSettled(pauses)).map(({ status }) => status)).toEqual(Array(12).fill("rejected"));
  await Promise.all(rests);
  await nextTurn();
  expect(warnings).toEqual([]);
});
