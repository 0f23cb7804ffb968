/** A bearer token: a text, or what a function returns. */
import type { Connection } from "../../contract/connection.js";
import { MigrateError } from "../../contract/errors.js";
import { tokenPattern } from "../../contract/options.js";
import { isExpired, isUntrusted, subjectOf } from "./jwt.js";
import type { Issued, TokenRefusal, TokenSource } from "./token-source.js";

type Token = NonNullable<Connection["token"]>;

/** How often the function is called in a long run, in milliseconds. */
const renewAfter = 60_000;

/** @param foreign removes secrets from text that someone else wrote */
export function bearerSource(token: Token, foreign: (text: string) => string): TokenSource {
  const once = typeof token === "string";
  const issue = async () =>
    issuedFor(once ? token : await call(token, foreign), once ? Number.POSITIVE_INFINITY : renewAfter);
  return {
    issue,
    async replace(refused) {
      const issued = once ? refused : await issue();
      return issued.headers.Authorization === refused.headers.Authorization ? undefined : issued;
    },
    explain: (refusal) => explain(refusal, once),
    howToBeAdmin:
      "To be a server admin, the user needs the role `_admin` in the token's claim `_couchdb.roles`, or in the claim that `[jwt_auth]` of CouchDB's configuration names.",
  };
}

export function issuedFor(token: string, renewAfter: number): Issued {
  // The signature completes what anybody can write.
  const secrets = [token, ...token.split(".").slice(2)];
  return { headers: { Authorization: `Bearer ${token}` }, name: subjectOf(token), renewAfter, secrets };
}

async function call(token: Exclude<Token, string>, foreign: (text: string) => string): Promise<string> {
  let text: unknown;
  try {
    text = await token();
  } catch (error) {
    if (error instanceof MigrateError) throw error;
    const why = foreign(error instanceof Error ? error.message : String(error));
    throw new MigrateError("unauthorized", { message: `there is no bearer token: ${why}`, next: renew, cause: error });
  }
  if (typeof text === "string" && tokenPattern.test(text.trim())) return text.trim();
  throw new MigrateError("unauthorized", { message: "what was given as the bearer token is not a token", next: renew });
}

const renew =
  "Set COUCHDB_TOKEN to a valid token, or COUCHDB_TOKEN_FILE to a file that is kept up to date; in the library, pass `connection.token`.";

function explain({ reason, renewed }: TokenRefusal, once: boolean) {
  if (reason === undefined)
    return { message: "ignores the bearer token: it treats the request as anonymous", next: accept };
  const again = once ? "" : renewed ? "; a newer one was refused, too" : "; it was read again, and is still the same";
  const what = isExpired(reason) ? "refuses the bearer token, which has expired" : "refuses the bearer token";
  return { message: `${what}: ${reason}${again}`, next: isUntrusted(reason) ? trust : renew };
}

const accept =
  "Add `{chttpd_auth, jwt_authentication_handler}` to `authentication_handlers` in `[chttpd]` of CouchDB's configuration, and the token's key to `[jwt_keys]`.";

const trust =
  "Check the key in `[jwt_keys]` of CouchDB's configuration: its name is `<type>:<kid>`, with the type `hmac`, `rsa` or `ec`, and the `kid` of the token or `_default`.";
