/**
 * Each document is changed once, wherever the runner is killed and whichever answer is lost, while a user writes.
 * The change is visible if it is made twice: a counter plus one.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { server } from "../../support/servers.js";
import { type Document, Killed, killedAt, lostAt, type Request, Scene } from "./scene.js";

const plusOne = (document: Record<string, unknown>) => ({ ...document, counter: Number(document.counter) + 1 });
/** Three batches: of twenty, of eighty, and of the rest. */
const size = 110;
const ids = Array.from({ length: size }, (_, i) => `zergling-${String(i).padStart(3, "0")}`);

function zerglings(): Document[] {
  return ids.map((_id, i) => ({ _id, counter: i }));
}

/** CouchDB stores another number than an integer, so none of its revisions are as predicted. */
const unpredicted = { sends: (json: string) => json.replaceAll(/("counter":\d+)(?=[,}])/g, "$1.0") };

/** A user who adds ten to a counter, or creates a new document, with each passing request. */
class User {
  readonly #scene: Scene;
  readonly #expected = new Map<string, number>();
  #turn = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** From now on, every document must be changed once. */
  async looksAway(): Promise<void> {
    this.#expected.clear();
    for (const { _id, counter } of await this.#scene.documents()) this.#expected.set(_id, Number(counter) + 1);
  }

  async act({ path }: Request): Promise<void> {
    if (!/_all_docs|_bulk_docs|_changes/.test(path) || this.#turn > 40) return;
    this.#turn += 1;
    const turn = this.#turn;
    const id = ids[(turn * 83) % size] ?? "";
    await this.#scene.edit(id, (document) => ({ ...document, counter: Number(document.counter) + 10, by: turn }));
    this.#expected.set(id, (this.#expected.get(id) ?? 0) + 10);
    const made = `${turn % 2 ? "a" : "zz"}-${turn}`;
    await this.#scene.make({ _id: made, counter: 1000 });
    this.#expected.set(made, 1001);
  }

  async expectCounters(): Promise<void> {
    const found = (await this.#scene.documents()).map(({ _id, counter }) => [_id, counter]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(this.#expected));
  }
}

let scene: Scene;
let user: User;
let undisturbed: number;

beforeAll(async () => {
  scene = await Scene.open(zerglings());
  user = new User(scene);
  await user.looksAway();
  await scene.run(plusOne);
  undisturbed = scene.requests.length;
  expect(undisturbed).toBeGreaterThan(10);
  await user.expectCounters();
  expect(await scene.locals()).toEqual(["_local/couchdb-migrate:default:step"]);
  return () => scene.close();
});

/** Breaks a separate run at each request of an undisturbed one. */
async function atEachRequest(name: string, work: (number: number) => Promise<void>): Promise<void> {
  for (let number = 1; number <= undisturbed; number += 1) {
    scene.step = `${name}-${number}`;
    await user.looksAway();
    await work(number);
    await user.expectCounters();
  }
}

describe("a counter plus one, once for each document", () => {
  it.each(["before", "after"] as const)("with the runner killed %s each of its requests", async (when) => {
    await atEachRequest(`killed-${when}`, async (number) => {
      await expect(scene.run(plusOne, killedAt(number, when))).rejects.toThrow(Killed);
      await scene.run(plusOne);
    });
  });

  it("with the runner killed after each of its requests, and revisions that can't be predicted", async () => {
    await atEachRequest("unpredicted", async (number) => {
      const run = scene.run(plusOne, { ...killedAt(number, "after"), ...unpredicted });
      await expect(run).rejects.toThrow(Killed);
      const { predicted, mispredicted } = await scene.run(plusOne, unpredicted);
      if (server().kind !== "embedded") expect([predicted, mispredicted]).toEqual([0, expect.any(Number)]);
    });
  });

  it.each(["before", "after"] as const)("with the answer to each request lost, %s the server acted", async (when) => {
    await atEachRequest(`lost-${when}`, async (number) => {
      // The run recovers, or stops and is run again.
      await scene.run(plusOne, lostAt(number, when)).catch(() => scene.run(plusOne));
    });
  });

  it("while a user writes, killed again and again", async () => {
    scene.step = "with-user";
    await user.looksAway();
    for (let number = 4, done = false; !done; number += 3) {
      const death = killedAt(number, number % 2 ? "before" : "after");
      const before = async (request: Request) => {
        await death.before?.(request);
        await user.act(request);
      };
      done = await scene.run(plusOne, { ...death, before }).then(
        () => true,
        (error) => {
          if (error instanceof Killed) return false;
          throw error;
        },
      );
    }
    await user.expectCounters();
  });
});
