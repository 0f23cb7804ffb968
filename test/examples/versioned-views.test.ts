/** A rolling update of an application whose two versions read different views, on a real CouchDB. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApplyOptions, apply, loadMigrations, stage } from "../../src/index.js";
import { must, request } from "../support/request.js";
import { type CouchNode, onNodes, startCouchDB } from "../support/servers.js";

/** Enough documents for an index to be worth building ahead. */
const scores = 4_000;
const [players, seasons] = [10, 4];

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

interface Reader {
  /** Resolves after the next answer. */
  answered(): Promise<void>;
  /** What it got instead of the right answer. */
  stop(): Promise<string[]>;
}

onNodes("two versions of an application", () => {
  let node: CouchNode;
  let options: ApplyOptions;

  beforeAll(async () => {
    node = await startCouchDB();
    const { name, password } = node.admin;
    options = { connection: { url: node.url, username: name, password }, set: "versioned-views" };
  });
  afterAll(() => node.close());

  const files = (version: string) => loadMigrations(`examples/versioned-views/${version}`, { env: {} });

  /** As one version of the application does: a query takes what the index has, the next one waits for the rest. */
  function startReader(designDoc: string, groups: number): Reader {
    const wrong: string[] = [];
    let stopped = false;
    let answers = 0;
    const reading = (async () => {
      for (; !stopped; answers += 1) {
        for (const update of ["false", "true"]) {
          const at = `/scores/_design/${designDoc}/_view/by-player?group=true&update=${update}`;
          const { status, body } = await request(node, "GET", at);
          const right = status === 200 && body.rows.length === groups && body.rows.every(isRight);
          if (!right) wrong.push(`update=${update}: ${status} ${JSON.stringify(body).slice(0, 200)}`);
        }
        await pause();
      }
    })();
    return {
      async answered() {
        const before = answers;
        while (answers < before + 2) await pause();
      },
      async stop() {
        stopped = true;
        await reading;
        return wrong;
      },
    };
  }

  /** A sum in version 1, statistics in version 2. */
  function isRight({ value }: { readonly value: number | { readonly count: number } }): boolean {
    return typeof value === "number" ? value === scores / players : value.count === scores / players / seasons;
  }

  /** Something else is written all the time, so that the index is never up to date for long. */
  function startWriter(): { stop(): Promise<void> } {
    let stopped = false;
    const writing = (async () => {
      while (!stopped) {
        await must(node, "POST", "/scores", { body: { type: "chat" } });
        await pause();
      }
    })();
    return {
      async stop() {
        stopped = true;
        await writing;
      },
    };
  }

  test("each of them finds its views, complete, as long as one of its pods runs", async () => {
    const [v1, v2, v3] = [await files("v1"), await files("v2"), await files("v3")];
    expect((await apply(v1, options)).failures).toEqual([]);
    const docs = Array.from({ length: scores }, (_, i) => ({
      type: "score",
      player: `player-${i % players}`,
      season: Math.floor(i / players) % seasons,
      points: 1,
    }));
    await must(node, "POST", "/scores/_bulk_docs", { body: { docs } });
    await must(node, "GET", "/scores/_design/app-v1/_view/by-player");

    const writer = startWriter();
    const [first, second] = [startReader("app-v1", players), startReader("app-v1", players)];
    await stage(v2, options);
    expect((await request(node, "GET", "/scores/_design/app-v2")).status).toBe(404);

    // The init container of the first new pod, and then its application.
    expect((await apply(v2, options)).applied).toEqual(["app-v2"]);
    const third = startReader("app-v2", players * seasons);
    await third.answered();
    // An old pod starts again, and changes nothing.
    expect((await apply(v1, options)).result).toBe("older");
    expect(await first.stop()).toEqual([]);
    expect((await apply(v2, options)).result).toBe("unchanged");
    const fourth = startReader("app-v2", players * seasons);
    await fourth.answered();
    await second.answered();
    expect(await second.stop()).toEqual([]);

    // No pod of version 1 is left.
    expect(await apply(v3, options)).toMatchObject({ result: "applied", removed: ["without-app-v1"] });
    await third.answered();
    await fourth.answered();
    expect([await third.stop(), await fourth.stop()]).toEqual([[], []]);
    await writer.stop();
    const { rows } = await must(node, "GET", "/scores/_design_docs");
    expect(rows.map(({ id }: { id: string }) => id)).toEqual(["_design/app-v2"]);
  });
});
