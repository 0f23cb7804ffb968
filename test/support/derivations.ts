/**
 * Keys derived from passwords and secrets take most of the processor time of runs that are repeated in one process. This
 * derives each key once per process, and remembers it: the values are the same. Import it before the modules that derive
 * keys; vitest does so for all tests.
 */
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

type Callback = (error: Error | null, key?: Buffer) => void;
type Derive = (...args: unknown[]) => void;

/** The length of the salts; nothing else that has to differ has it. */
const saltLength = 16;
/** Of the process, because vitest evaluates this file again for each test file. */
const salts = Symbol.for("couchdb-migrate: the salt that runs share");
const ofProcess = globalThis as { [salts]?: { shared: Buffer | undefined } };

/**
 * From now on runs use one salt, until the returned function is called: then equal passwords have equal keys. Not for tests
 * in which a password changes: CouchDB remembers passwords by their salts.
 */
export function shareSalt(): () => void {
  const state = rememberDerivations();
  state.shared = crypto.randomBytes(saltLength);
  return () => {
    state.shared = undefined;
  };
}

function rememberDerivations(): { shared: Buffer | undefined } {
  if (ofProcess[salts]) return ofProcess[salts];
  const state = { shared: undefined as Buffer | undefined };
  const { randomBytes, scrypt, pbkdf2 } = crypto;
  Object.assign(crypto, {
    randomBytes: (...args: [number]) =>
      args.length === 1 && args[0] === saltLength && state.shared ? Buffer.from(state.shared) : randomBytes(...args),
    scrypt: remembering(scrypt as Derive),
    pbkdf2: remembering(pbkdf2 as Derive),
  });
  syncBuiltinESMExports();
  ofProcess[salts] = state;
  return state;
}

function remembering(derive: Derive): Derive {
  const known = new Map<string, Buffer>();
  return (...args) => {
    const callback = args.pop() as Callback;
    const key = JSON.stringify(args);
    const found = known.get(key);
    if (found) return void setImmediate(callback, null, Buffer.from(found));
    derive(...args, (error: Error | null, derived?: Buffer) => {
      if (derived) known.set(key, Buffer.from(derived));
      callback(error, derived);
    });
  };
}

rememberDerivations();
