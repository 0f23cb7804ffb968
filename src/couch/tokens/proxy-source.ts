/**
 * CouchDB's proxy authentication: headers with a user, its roles, and a code that only somebody who knows CouchDB's
 * secret can compute. CouchDB does not say which hashes it accepts: from 3.3 on SHA-256 and SHA-1, unless
 * `hash_algorithms` is set, and SHA-1 alone before. So SHA-1 is tried first.
 */
import { createHmac } from "node:crypto";
import type { ProxyAuthentication } from "../../contract/connection.js";
import { MigrateError } from "../../contract/errors.js";
import type { Issued, TokenRefusal, TokenSource } from "./token-source.js";

export function proxySource(given: ProxyAuthentication): TokenSource {
  assertUsable(given);
  const first = issued(given, "sha1");
  return {
    issue: async () => first,
    replace: async (refused) => (refused === first ? issued(given, "sha256") : undefined),
    explain: (refusal) => explain(refusal, given.username),
    howToBeAdmin: "To be a server admin, the user needs the role `_admin` in COUCHDB_PROXY_ROLES.",
  };
}

function issued({ username, secret, roles = ["_admin"] }: ProxyAuthentication, hash: "sha1" | "sha256"): Issued {
  const code = createHmac(hash, secret).update(username).digest("hex");
  return {
    headers: {
      "X-Auth-CouchDB-UserName": username,
      "X-Auth-CouchDB-Roles": roles.join(","),
      "X-Auth-CouchDB-Token": code,
    },
    name: username,
    renewAfter: Number.POSITIVE_INFINITY,
    secrets: [secret, code],
  };
}

function assertUsable({ username, secret, roles = [] }: ProxyAuthentication): void {
  if (!username || !secret) throw invalid("needs a user name and a secret");
  if (![username, ...roles].every((text) => /^[!-~](?:[ -~]*[!-~])?$/.test(text))) {
    throw invalid("has a user name or a role with characters that no header may contain");
  }
  if (roles.some((role) => role.includes(","))) throw invalid("has a role with a comma");
}

function invalid(what: string): MigrateError {
  return new MigrateError("invalid-settings", {
    message: `the proxy authentication ${what}`,
    next: "Correct COUCHDB_USERNAME, COUCHDB_PROXY_SECRET and COUCHDB_PROXY_ROLES (or what the library gets in `connection.proxyAuthentication`).",
  });
}

function explain({ reason }: TokenRefusal, username: string) {
  const said = reason === undefined ? "it treats the request as anonymous" : reason;
  return {
    message: `does not accept the proxy authentication of ${JSON.stringify(username)}: ${said}`,
    next: "Check that COUCHDB_PROXY_SECRET is the `secret` in `[chttpd_auth]` (in older versions `[couch_httpd_auth]`) of CouchDB's configuration, and that `authentication_handlers` in `[chttpd]` has `{chttpd_auth, proxy_authentication_handler}`.",
  };
}
