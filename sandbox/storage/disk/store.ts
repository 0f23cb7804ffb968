/** PouchDB's store in memory, with a journal on disk: what PouchDB writes is in both before it is confirmed. */
import { createRequire } from "node:module";
import { type Change, Journal } from "./journal.js";

type Key = string | Buffer;
type Done = (error?: Error) => void;

interface Operation {
  readonly type: string;
  readonly key: Key;
  readonly value?: Key;
}

/** The part of the store's interface that writes. */
interface MemoryStore {
  _put(key: Key, value: Key, options: object, done: Done): void;
  _del(key: Key, options: object, done: Done): void;
  _batch(operations: readonly Operation[], options: object, done: Done): void;
  _close(done: Done): void;
}

type OpenMemoryStore = ((name: string) => MemoryStore) & { destroy(name: string, done: Done): void };

/** For PouchDB's option `db`. Reads the file immediately, so that the caller gets the error. */
export function storeOnDisk(file: string): OpenMemoryStore {
  // The adapter's own dependency, wherever the package manager has put it.
  const openInMemory = createRequire(require.resolve("pouchdb-adapter-memory"))("memdown") as OpenMemoryStore;
  const journal = new Journal(file);
  const operations = journal.read().map(asOperation);
  const open = function onDisk(name: string): MemoryStore {
    const store = openInMemory(name);
    store._batch(operations, {}, () => {});
    return Object.assign(store, recording(store, journal));
  };
  return Object.assign(open, { destroy: openInMemory.destroy });
}

function recording(store: MemoryStore, journal: Journal): MemoryStore {
  const { _put, _del, _batch, _close } = store;
  const record = (changes: readonly Change[], done: Done, write: () => void) => {
    try {
      journal.append(changes);
    } catch (error) {
      return void setImmediate(done, error as Error);
    }
    write();
  };
  return {
    _put: (key, value, options, done) =>
      record([{ key, value }], done, () => _put.call(store, key, value, options, done)),
    _del: (key, options, done) => record([{ key }], done, () => _del.call(store, key, options, done)),
    _batch: (operations, options, done) =>
      record(operations.map(asChange), done, () => _batch.call(store, operations, options, done)),
    _close: (done) => {
      journal.close();
      if (_close) _close.call(store, done);
      else setImmediate(done);
    },
  };
}

function asChange({ type, key, value = "" }: Operation): Change {
  return type === "put" ? { key, value } : { key };
}

function asOperation({ key, value }: Change): Operation {
  return value === undefined ? { type: "del", key } : { type: "put", key, value };
}
