/**
 * Design documents that several steps write to one database at the same moment go into one request. What becomes of
 * each is told to each; what CouchDB does not take together with others is sent again alone, where it says why.
 */
import { setImmediate as nextTick } from "node:timers/promises";
import { toMigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { rowsOf } from "../../couch/written.js";
import { assertAsSent, faultsAsSent } from "./as-sent.js";
import { batches } from "./batches.js";
import type { DesignDoc } from "./design-doc.js";

interface Waiting {
  readonly doc: DesignDoc;
  resolve(): void;
  reject(error: unknown): void;
}

interface Row {
  readonly id: string;
  readonly rev?: string;
  readonly error?: string;
}

const waiting = new WeakMap<Couch, Map<string, Waiting[]>>();

/** `doc` with its `_id`, and with `_rev` where it replaces one. Throws as a `PUT` of it does. */
export function putDesignDoc(couch: Couch, database: string, doc: DesignDoc): Promise<void> {
  return new Promise((resolve, reject) => {
    const open = waiting.get(couch) ?? new Map<string, Waiting[]>();
    waiting.set(couch, open);
    const batch = open.get(database);
    if (batch) {
      batch.push({ doc, resolve, reject });
      return;
    }
    const begun = [{ doc, resolve, reject }];
    open.set(database, begun);
    void nextTick().then(() => {
      open.delete(database);
      void send(couch, database, begun);
    });
  });
}

async function send(couch: Couch, database: string, all: readonly Waiting[]): Promise<void> {
  const byDoc = new Map(all.map((one) => [one.doc, one]));
  for (const docs of batches([...byDoc.keys()])) {
    const batch = docs.flatMap((doc) => byDoc.get(doc) ?? []);
    const alone = batch.length > 1 ? await sendTogether(couch, database, batch) : batch;
    for (const one of alone) {
      await putAlone(couch, database, one.doc).then(one.resolve, one.reject);
    }
  }
}

/** Those that were not taken. */
async function sendTogether(couch: Couch, database: string, batch: readonly Waiting[]): Promise<readonly Waiting[]> {
  try {
    const body = { docs: batch.map(({ doc }) => doc) };
    // CouchDB answers 201 even if it took none of them.
    const answer = await couch.write<readonly Row[]>("POST", path`/${database}/_bulk_docs`, { body, repeatable: true });
    const rows = rowsOf(
      batch.map(({ doc }) => String(doc._id)),
      answer.body,
    );
    const taken = new Map(
      rows.flatMap(({ id, rev, error }) => (error === undefined && rev ? [[id, rev] as const] : [])),
    );
    const written = batch.flatMap(({ doc }) => {
      const rev = taken.get(String(doc._id));
      return rev === undefined ? [] : [{ doc, rev }];
    });
    const faults = await faultsAsSent(couch, database, written);
    for (const one of batch) {
      const fault = faults.get(String(one.doc._id));
      if (fault) one.reject(fault);
      else if (taken.has(String(one.doc._id))) one.resolve();
    }
    return batch.filter(({ doc }) => !taken.has(String(doc._id)));
  } catch (thrown) {
    // One of them may be the reason that all are refused.
    if (["request-failed", "gateway-refused"].includes(toMigrateError(thrown).code)) return batch;
    for (const one of batch) one.reject(thrown);
    return [];
  }
}

async function putAlone(couch: Couch, database: string, doc: DesignDoc): Promise<void> {
  const name = String(doc._id).slice("_design/".length);
  const at = path`/${database}/_design/${name}`;
  const { body } = await couch.write<{ readonly rev: string }>("PUT", at, { body: doc, repeatable: true });
  await assertAsSent(couch, database, [{ doc, rev: body.rev }]);
}
