/**
 * What is read while files are still being parsed: what the run will need, once, and nothing if there is no ledger yet.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Gateway } from "../../src/couch/gateway.js";
import { lookAhead } from "../../src/engine/fast-path/look-ahead.js";
import { loadMigrations } from "../../src/index.js";
import type { StoredLedger } from "../../src/ledger/ledger.js";
import { tempFolder } from "../support/temp.js";

const recorded: StoredLedger = { rev: "0-1", ledger: { formatVersion: 1, set: "default", entries: {} } };

/** For one folder: the requested paths, and which files had been read before the first request. */
async function ahead(ledger: Promise<StoredLedger | undefined>, answer: () => Promise<unknown>) {
  const path = await tempFolder({
    "001.yaml": `- id: a
  ensureDatabase: { name: hive }
- id: b
  ensureSecurity: { database: hive, members: { roles: [drone] } }
- id: c
  ensureDesignDocs: { database: hive, docs: { one: { language: javascript } } }
- id: d
  ensureDesignDocs: { database: hive, docs: { two: { language: javascript } } }
- id: e
  ensureSecurity: { database: "hive-*", members: { roles: [drone] } }
`,
    "002.yaml": "- id: f\n  ensureSecurity: { database: nest, members: { roles: [drone] } }\n",
  });
  const asked: string[] = [];
  const seen: string[] = [];
  const read = async (path: string) => {
    asked.push(path);
    seen.push(`asked for ${path}`);
    return answer();
  };
  const look = lookAhead({ couch: { read } as unknown as Gateway, ledger });
  await loadMigrations(path, {
    eachFile: async (steps) => {
      seen.push(`read ${steps.map(({ id }) => id).join("")}`);
      await look(steps);
    },
  });
  await sleep(50);
  return { asked, seen };
}

const empty = async () => ({ status: 200, body: { rows: [] } });

test("each path is requested once, while later files are still to be read", async () => {
  const { asked, seen } = await ahead(Promise.resolve(recorded), empty);
  expect(asked).toEqual(["/hive/_security", "/hive/_design_docs", "/nest/_security"]);
  expect(seen.slice(0, 2)).toEqual(["read abcde", "asked for /hive/_security"]);
  expect(seen.indexOf("asked for /hive/_security")).toBeLessThan(seen.indexOf("read f"));
});

test("nothing is requested if there is no ledger, or it can't be read", async () => {
  expect((await ahead(Promise.resolve(undefined), empty)).asked).toEqual([]);
  const refused = Promise.reject(new Error("refused"));
  refused.catch(() => {});
  expect((await ahead(refused, empty)).asked).toEqual([]);
});

test("a failure is left to the code that needs the answer", async () => {
  const { asked } = await ahead(Promise.resolve(recorded), () => Promise.reject(new Error("gone")));
  expect(asked).toHaveLength(3);
});

test("answers from the network are handled before the next file", async () => {
  let dealtWith = false;
  setImmediate(() => {
    dealtWith = true;
  });
  await lookAhead({ couch: {} as Gateway, ledger: Promise.resolve(undefined) })([]);
  expect(dealtWith).toBe(true);
});
