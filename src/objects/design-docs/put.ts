/**
 * Design documents that several steps write to one database at the same moment are sent in one request. Each step
 * gets its own result; documents that CouchDB refuses together with others are sent again separately, which shows the
 * reason.
 */
import { toMigrateError } from "../../contract/errors.js";
import { bulkDoc, bulkDocs } from "../../couch/bulk-docs.js";
import type { Couch } from "../../couch/couch.js";
import { gather } from "../../couch/gather.js";
import { path } from "../../couch/path.js";
import { sharedIn } from "../../couch/shared.js";
import { batchesOf } from "../documents/batches.js";
import { bytesOf } from "../documents/document.js";
import { assertAsSent, faultsAsSent } from "./as-sent.js";
import type { DesignDoc } from "./design-doc.js";

interface Waiting {
  readonly doc: DesignDoc;
  resolve(): void;
  reject(error: unknown): void;
}

/** By the lease under which they are written, and by database. */
function noGatherers(): Map<Couch, Map<string, (one: Waiting) => void>> {
  return new Map();
}

/** Writes `doc` with its `_id`, and with `_rev` if it replaces a document. Throws the same as a `PUT` of it. */
export function putDesignDoc(couch: Couch, database: string, doc: DesignDoc): Promise<void> {
  return new Promise((resolve, reject) => gathererOf(couch, database)({ doc, resolve, reject }));
}

function gathererOf(couch: Couch, database: string): (one: Waiting) => void {
  const gatherers = sharedIn(couch, noGatherers);
  const byDatabase = gatherers.get(couch) ?? new Map<string, (one: Waiting) => void>();
  gatherers.set(couch, byDatabase);
  const gatherer = byDatabase.get(database) ?? gather<Waiting>((all) => send(couch, database, all));
  byDatabase.set(database, gatherer);
  return gatherer;
}

async function send(couch: Couch, database: string, all: readonly Waiting[]): Promise<void> {
  for await (const batch of batchesOf(all, ({ doc }) => bytesOf(doc), Infinity)) {
    const alone = batch.length > 1 ? await sendTogether(couch, database, batch) : batch;
    for (const one of alone) {
      await putAlone(couch, database, one.doc).then(one.resolve, one.reject);
    }
  }
}

/** Returns those that were refused. */
async function sendTogether(couch: Couch, database: string, batch: readonly Waiting[]): Promise<readonly Waiting[]> {
  try {
    const docs = batch.map(({ doc }) => bulkDoc(doc));
    const rows = await bulkDocs(couch, database, docs);
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
    // One document may cause the refusal of all.
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
