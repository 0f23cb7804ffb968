/** A connection whose writes fail, or are watched, as a test wants. */

import { MigrateError } from "../../src/contract/errors.js";
import type { Answer, Couch, WriteOptions } from "../../src/couch/couch.js";

export type OnWrite = (send: () => Promise<Answer>, path: string, options: WriteOptions) => Promise<Answer>;

export function tamper(couch: Couch, onWrite: OnWrite, more: Partial<Couch> = {}): Couch {
  return {
    url: couch.url,
    shared: new Map(),
    login: couch.login,
    requests: couch.requests,
    get epoch() {
      return couch.epoch;
    },
    version: () => couch.version(),
    read: (path, options) => couch.read(path, options),
    write: (method, path, options) =>
      onWrite(() => couch.write(method, path, options), path, options) as Promise<Answer<never>>,
    forget: (database) => couch.forget(database),
    made: () => false,
    askInDoubt: () => {},
    ...more,
  };
}

/** The server does it, but the answer is lost. */
export const answerLost: OnWrite = async (send) => {
  await send().catch(() => {});
  throw new MigrateError("outcome-unknown", { message: "the answer was lost" });
};

/** The request never arrives. */
export const requestLost: OnWrite = async () => {
  throw new MigrateError("outcome-unknown", { message: "the request was lost" });
};

/** Too many requests, from anyone. */
export const rateLimited: OnWrite = async () => {
  throw new MigrateError("request-failed", { message: "too many requests", data: { status: 429 } });
};

/** Stored by all, but answered like a write that a minority stored. */
export const belowQuorum: OnWrite = async (send) => ({ ...(await send()), status: 202 });

export const asItIs: OnWrite = (send) => send();

/** One after another, then unchanged. */
export function inTurn(...turns: OnWrite[]): OnWrite {
  return (...write) => (turns.shift() ?? asItIs)(...write);
}
