import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/contract/results.js";
import { readHistory, recordRun } from "../../src/ledger/history.js";
import { removeDatabase, uniqueName } from "../support/databases.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { connect } from "./clients.js";
import { answerLost, inTurn, requestLost, tamper } from "./tamper.js";

const database = uniqueName("history");
beforeAll(() => must(server(), "PUT", `/${database}`));
afterAll(() => removeDatabase(database));

const somewhere = () => ({ database, set: randomUUID(), own: true });
const run = (holder: string): RunRecord => ({
  startedAt: "2024-01-01T00:00:00.000Z",
  milliseconds: 1,
  holder,
  version: "1.0.0",
  result: "applied",
  applied: ["zerglings"],
  adopted: [],
  failures: [],
});
const holders = async (place: ReturnType<typeof somewhere>) =>
  (await readHistory(connect(server()), place)).map(({ holder }) => holder);

describe("the history", () => {
  it("is empty if there is no document or no database", async () => {
    expect(await holders(somewhere())).toEqual([]);
    expect(await holders({ ...somewhere(), database: uniqueName("missing") })).toEqual([]);
  });

  it("has the newest run first, and the last fifty", async () => {
    const place = somewhere();
    const couch = connect(server());
    for (let i = 1; i <= 53; i += 1) expect(await recordRun(couch, place, run(`${i}`))).toBe(true);
    expect(await holders(place)).toEqual(Array.from({ length: 50 }, (_, i) => `${53 - i}`));
  });

  it("has all runs that end concurrently, as the parts of a step may", async () => {
    const place = somewhere();
    const all = Array.from({ length: 40 }, (_, i) => String(i).padStart(2, "0"));
    await Promise.all(all.map((holder) => recordRun(connect(server()), place, run(holder))));
    expect((await holders(place)).toSorted()).toEqual(all);
  });

  it.each([
    ["an answer is lost", inTurn(answerLost)],
    ["a request is lost", inTurn(requestLost)],
  ])("has a run only once even if %s", async (_, onWrite) => {
    const place = somewhere();
    expect(await recordRun(tamper(connect(server()), onWrite), place, run("a"))).toBe(true);
    expect(await holders(place)).toEqual(["a"]);
  });

  it("does not fail a run if it can't be written", async () => {
    expect(await recordRun(tamper(connect(server()), requestLost), somewhere(), run("a"))).toBe(false);
  });
});
