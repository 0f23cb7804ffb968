/** A transformation in parts: where it is divided, and what belongs to each part. */
import { beforeAll, describe, expect, it } from "vitest";
import { openCouch } from "../../../src/couch/gateway.js";
import { boundsOf, rangeOf } from "../../../src/transform/bounds.js";
import { isWithin } from "../../../src/transform/reading.js";
import { server } from "../../support/servers.js";
import { Killed, killedAt, lostAt, type Request, Scene } from "./scene.js";

const plusOne = (document: Record<string, unknown>) => ({ ...document, counter: Number(document.counter) + 1 });
const ids = Array.from({ length: 23 }, (_, i) => `zergling-${String(i).padStart(2, "0")}`);
let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open(ids.map((_id) => ({ _id, counter: 0 })));
  return () => scene.close();
});

const counters = async () =>
  Object.fromEntries((await scene.documents()).map(({ _id, counter }) => [_id, counter] as const));
const all = (counter: number, more: object = {}) => ({
  ...Object.fromEntries(ids.map((id) => [id, counter])),
  ...more,
});
const reset = async (step: string) => {
  scene.step = step;
  for (const { _id } of await scene.documents()) {
    if (!ids.includes(_id)) await scene.remove(_id);
    else await scene.edit(_id, (one) => ({ ...one, counter: 0 }));
  }
};

describe("the bounds", () => {
  async function bounds(parts: number, database = scene.database): Promise<string[]> {
    const { name: username, password } = server().admin;
    const signal = new AbortController().signal;
    const couch = openCouch({ url: server().url, username, password }, { emit: () => {}, signal, readOnly: true });
    try {
      return await boundsOf(couch, database, parts);
    } finally {
      await couch.close();
    }
  }

  it("divide the documents evenly, and none twice", async () => {
    for (const parts of [1, 4, 23, 40]) {
      const found = await bounds(parts);
      expect(found).toHaveLength(parts - 1);
      const sizes = Array.from(
        { length: parts },
        (_, i) => ids.filter((id) => isWithin(rangeOf(found, i + 1), id)).length,
      );
      expect(sizes.reduce((sum, size) => sum + size)).toBe(ids.length);
      expect(Math.max(...sizes) - Math.min(...sizes), sizes.join()).toBeLessThan(2);
    }
  });

  it("leave all later documents to the last part of an empty database", async () => {
    const empty = await Scene.open([]);
    try {
      expect(await bounds(3, empty.database)).toEqual(["", ""]);
      empty.step = "empty";
      await empty.runInParts(3, plusOne, {
        before: async ({ number, path }) => {
          if (number > 3 && path.endsWith("_all_docs") && (await empty.documents()).length === 0)
            await empty.make({ _id: "late", counter: 0 });
        },
      });
      expect(await empty.documents()).toEqual([{ _id: "late", counter: 1 }]);
    } finally {
      await empty.close();
    }
  });

  it.each([
    [{ after: undefined, upTo: "b" }, ["", "a", "b"]],
    [{ after: "b", upTo: "ß" }, ["c", "z", "ß"]],
    [{ after: "ß", upTo: undefined }, ["\u{1f600}", "\uffee"]],
    [{ after: "b", upTo: "b" }, []],
  ])("%j are in byte order", (range, expected) => {
    expect(["", "a", "b", "c", "z", "ß", "\u{1f600}", "\uffee"].filter((id) => isWithin(range, id)).sort()).toEqual(
      expected.sort(),
    );
  });
});

describe("a counter plus one in three parts, once for each document", () => {
  it("leaves one marker", async () => {
    await reset("undisturbed");
    await scene.runInParts(3, plusOne);
    expect(await counters()).toEqual(all(1));
    expect(await scene.locals()).toEqual(["_local/couchdb-migrate:default:undisturbed"]);
  });

  it("also changes documents that arrive until all parts are done", async () => {
    await reset("arriving");
    const made: string[] = [];
    let [edits, over] = [0, false];
    const user = async ({ path, method, number }: Request) => {
      // Pending documents are no longer searched once the division says that everything is done.
      over ||= method === "PUT" && path.endsWith("arriving") && number > 20;
      if (over || method !== "PUT" || !path.includes("part-")) return;
      if (number % 3 === 0) edits += 1;
      if (number % 3 === 0) await scene.edit("zergling-00", (one) => ({ ...one, counter: Number(one.counter) + 10 }));
      const _id = ["a", "zergling-10-", "zz"][made.length % 3] + String(made.length);
      if (made.length < 12) made.push(_id);
      if (made.includes(_id)) await scene.make({ _id, counter: 0 }).catch(() => {});
    };
    await scene.runInParts(3, plusOne, { before: user });
    expect(made).toHaveLength(12);
    expect(edits).toBeGreaterThan(3);
    const arrived = Object.fromEntries(made.map((id) => [id, 1]));
    expect(await counters()).toEqual(all(1, { ...arrived, "zergling-00": 10 * edits + 1 }));
  });

  /** `EVERY=1`: at each request. */
  const every = Number(process.env.EVERY ?? 13);
  const faults = [
    ["killed", (number: number) => killedAt(number, "after")],
    ["without an answer", (number: number) => lostAt(number, "after")],
  ] as const;
  it.each(faults)("%s after some of its requests", async (name, fault) => {
    await reset(`${name}-0`.replaceAll(" ", "-"));
    await scene.runInParts(2, plusOne);
    const undisturbed = scene.requests.length;
    let runs = 1;
    for (let number = 1; number <= undisturbed; number += every) {
      scene.step = `${name}-${number}`.replaceAll(" ", "-");
      const broken = await scene.runInParts(2, plusOne, fault(number)).then(
        () => false,
        () => true,
      );
      if (name === "killed") expect(broken).toBe(true);
      await scene.runInParts(2, plusOne);
      runs += 1;
      expect(await counters(), scene.step).toEqual(all(runs));
      expect((await scene.locals()).filter((id) => id.includes(`${scene.step}:`))).toEqual([]);
    }
  });

  it("is not changed again by a step that was edited before all parts were done", async () => {
    await reset("edited");
    const inLastPart = ({ method, path }: Request) => {
      if (method === "PUT" && path.includes("part-3")) throw new Killed();
    };
    // It does not change a document in a part that gets done.
    const not01 = (document: Record<string, unknown>) =>
      document._id === "zergling-01" ? document : plusOne(document);
    await expect(scene.runInParts(3, not01, { before: inLastPart })).rejects.toThrow(Killed);
    await scene.make({ _id: "a", counter: 0 });
    const plusHundred = (document: Record<string, unknown>) => ({
      ...document,
      counter: Number(document.counter) + 100,
    });
    await scene.runInParts(3, plusHundred, {}, { checksum: "1:b" });
    const found = await counters();
    expect(found).toMatchObject({
      a: 100,
      "zergling-00": 1,
      "zergling-01": 100,
      "zergling-14": 1,
      "zergling-15": 100,
      "zergling-22": 100,
    });
  });
});

describe("a transformation that was started differently", () => {
  it("is not divided", async () => {
    await reset("undivided");
    await expect(scene.run(plusOne, killedAt(5, "before"))).rejects.toThrow(Killed);
    await expect(scene.runInParts(3, plusOne)).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("started"),
    });
    await scene.run(plusOne);
    await scene.runInParts(3, plusOne);
    expect(await counters()).toEqual(all(1));
  });

  it("is not divided into another number of parts", async () => {
    await reset("other-number");
    await expect(scene.runInParts(3, plusOne, killedAt(12, "before"))).rejects.toThrow(Killed);
    await expect(scene.runInParts(4, plusOne)).rejects.toMatchObject({
      code: "refused",
      data: { parts: 3, wanted: 4 },
    });
    await scene.runInParts(3, plusOne);
    expect(await counters()).toEqual(all(1));
  });
});
