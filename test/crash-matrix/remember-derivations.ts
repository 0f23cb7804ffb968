/**
 * Thousands of runs in one process derive the same keys of the same passwords and salts. Here each is derived once, and
 * remembered: the values are those that it would have been, for a fraction of the time. To be imported first.
 */
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

type Callback = (error: Error | null, key?: Buffer) => void;

function remembering(derive: (...args: unknown[]) => void): (...args: unknown[]) => void {
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

Object.assign(crypto, {
  scrypt: remembering(crypto.scrypt as never),
  pbkdf2: remembering(crypto.pbkdf2 as never),
});
syncBuiltinESMExports();
