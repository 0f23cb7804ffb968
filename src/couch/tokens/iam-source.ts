/**
 * IBM Cloud IAM: exchanges an API key for a token, and renews it before it expires. The request goes to another host
 * than CouchDB's, so it has neither the headers nor the TLS key of the connection.
 */
import type { Iam } from "../../contract/connection.js";
import { MigrateError } from "../../contract/errors.js";
import { tokenPattern } from "../../contract/options.js";
import { membersOf, parsedJson } from "../../text/json.js";
import { addressOf } from "../connection.js";
import { httpTransport } from "../http-transport.js";
import type { LoginHooks } from "../signer.js";
import { failureOf, type WireResponse } from "../transport.js";
import { issuedFor } from "./bearer-source.js";
import type { Issued, TokenSource } from "./token-source.js";

const defaultUrl = "https://iam.cloud.ibm.com/identity/token";
/** Milliseconds, for one request. */
const timeout = 15_000;
const maxBody = 1_000_000;

type Hooks = Pick<LoginHooks, "foreign" | "signal">;

export function iamSource({ apiKey, url = defaultUrl }: Iam, { foreign, signal }: Hooks): TokenSource {
  const address = addressOf({ url });

  async function issue(): Promise<Issued> {
    const transport = httpTransport(address, {}, maxBody);
    const body = new URLSearchParams({ grant_type: "urn:ibm:params:oauth:grant-type:apikey", apikey: apiKey });
    const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" };
    try {
      const request = { method: "POST", target: "", headers, body: body.toString(), timeout, signal };
      return issuedIn(await transport.send(request), address.url, foreign);
    } catch (thrown) {
      if (thrown instanceof MigrateError) throw thrown;
      throw unreachable(address.url, foreign(failureOf(thrown, true).message));
    } finally {
      transport.close();
    }
  }

  return {
    issue,
    replace: issue,
    explain: ({ reason }) => ({
      message:
        reason === undefined
          ? "ignores the IAM token: it treats the request as anonymous"
          : `refuses the IAM token: ${reason}`,
      next: "Check that COUCHDB_URL is the address of the Cloudant instance, and that the API key is for its account.",
    }),
    howToBeAdmin: "In IBM Cloud, give the owner of the API key the role Manager on the Cloudant instance.",
  };
}

function issuedIn({ status, body }: WireResponse, url: string, foreign: (text: string) => string): Issued {
  const { access_token: token, expires_in: seconds, errorMessage } = membersOf(parsedJson(body));
  if (status === 200 && typeof token === "string" && tokenPattern.test(token) && typeof seconds === "number") {
    return issuedFor(token, seconds * 800);
  }
  if (status === 429 || status >= 500) throw unreachable(url, `it answered with status ${status}`);
  const said = typeof errorMessage === "string" ? `: ${foreign(errorMessage).slice(0, 300)}` : "";
  throw new MigrateError("unauthorized", {
    message: `IAM at ${url} issues no token for the API key (status ${status})${said}`,
    next: "Check COUCHDB_IAM_API_KEY, and COUCHDB_IAM_URL if it is set.",
  });
}

function unreachable(url: string, why: string): MigrateError {
  const what = `no token from IAM at ${url}: ${why}`;
  return new MigrateError("unreachable", {
    message: what,
    data: { what },
    next: "Check that IAM can be reached from here, and COUCHDB_IAM_URL if it is set.",
  });
}
