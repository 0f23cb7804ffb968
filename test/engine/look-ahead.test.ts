/** What is read while files are still parsed: what the run needs then, once, and nothing where there is nothing yet. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Gateway } from "../../src/couch/gateway.js";
import { lookAhead } from "../../src/engine/fast-path/look-ahead.js";
import { loadMigrations } from "../../src/index.js";
import type { StoredLedger } from "../../src/ledger/ledger.js";
import { tempFolder } from "../support/temp.js";

const recorded: StoredLedger = { rev: "0-1", ledger: { formatVersion: 1, set: "default", entries: {} } };

/** Of one folder: the paths that are asked for, and which files were read when the first of them was. */
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
  const look = lookAhead({ couch: { read } as unknown as Gateway, ledger }, 2);
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

test("each is asked for once, and while later files are still to be read", async () => {
  const { asked, seen } = await ahead(Promise.resolve(recorded), empty);
  expect(asked).toEqual(["/hive/_security", "/hive/_design_docs", "/nest/_security"]);
  expect(seen.slice(0, 2)).toEqual(["read abcde", "asked for /hive/_security"]);
  expect(seen.indexOf("asked for /hive/_security")).toBeLessThan(seen.indexOf("read f"));
});

test("nothing is asked for where there is no ledger, or it can't be had", async () => {
  expect((await ahead(Promise.resolve(undefined), empty)).asked).toEqual([]);
  const refused = Promise.reject(new Error("refused"));
  refused.catch(() => {});
  expect((await ahead(refused, empty)).asked).toEqual([]);
});

test("what fails is left to whoever needs it", async () => {
  const { asked } = await ahead(Promise.resolve(recorded), () => Promise.reject(new Error("gone")));
  expect(asked).toHaveLength(3);
});

test("what has come from the network is dealt with before the next file", async () => {
  let dealtWith = false;
  setImmediate(() => {
    dealtWith = true;
  });
  await lookAhead({ couch: {} as Gateway, ledger: Promise.resolve(undefined) }, 2)([]);
  expect(dealtWith).toBe(true);
});
