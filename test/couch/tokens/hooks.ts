import type { LoginHooks } from "../../../src/couch/signer.js";

/** Hooks of a login without an exchange: nothing is masked, and CouchDB knows no user. */
export function loginHooks(own: Partial<LoginHooks> = {}): LoginHooks {
  return {
    url: "http://couchdb",
    emit: () => {},
    own: (text) => text,
    foreign: (text) => text,
    addSecrets: () => {},
    session: async () => undefined,
    signal: new AbortController().signal,
    ...own,
  };
}
