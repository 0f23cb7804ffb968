/** Tokens from IBM Cloud IAM, played by a server of the test; the real service is not part of the tests. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { secretsIn } from "../../../src/couch/connection.js";
import { type Gateway, openCouch } from "../../../src/couch/gateway.js";
import { path } from "../../../src/couch/path.js";
import { iamSource } from "../../../src/couch/tokens/iam-source.js";
import { TokenLogin } from "../../../src/couch/tokens/token-login.js";
import { Secrets } from "../../../src/secrets/secrets.js";
import { failure } from "../support/failure.js";
import { inTurn, json, type MisbehavingServer, misbehavingServer, reset, text } from "../support/misbehaving.js";
import { loginHooks } from "./hooks.js";

let iam: MisbehavingServer;
let cloudant: MisbehavingServer;
const opened: Gateway[] = [];
const apiKey = "api-key-7fD+/&x";
const token = (name: string) => json(200, { access_token: name, token_type: "Bearer", expires_in: 3600 });

beforeEach(async () => {
  [iam, cloudant] = await Promise.all([misbehavingServer(), misbehavingServer()]);
  iam.behave(inTurn(token("one"), token("two"), token("three")));
});
afterEach(async () => {
  for (const couch of opened.splice(0)) await couch.close();
  await Promise.all([iam.close(), cloudant.close()]);
});

function connect(): Gateway {
  const connection = {
    url: cloudant.url,
    iam: { apiKey, url: `${iam.url}/identity/token` },
    headers: { "X-Gateway": "gateway-secret" },
  };
  const secrets = new Secrets();
  secrets.add(secretsIn(connection));
  const couch = openCouch(connection, { emit: () => {}, signal: new AbortController().signal, secrets });
  opened.push(couch);
  return couch;
}

test("the API key is exchanged once, and its token signs every request", async () => {
  const couch = connect();
  await Promise.all([couch.read(path`/db/one`), couch.read(path`/db/two`)]);
  expect(cloudant.received.map(({ authorization }) => authorization)).toEqual(["Bearer one", "Bearer one"]);
  expect(iam.received).toHaveLength(1);
  expect(iam.received[0]).toMatchObject({ method: "POST", path: "/identity/token", authorization: undefined });
  expect(Object.fromEntries(new URLSearchParams(iam.received[0]?.body))).toEqual({
    grant_type: "urn:ibm:params:oauth:grant-type:apikey",
    apikey: apiKey,
  });
});

test("IAM gets no header of the connection, and CouchDB does not get the API key", async () => {
  await connect().read(path`/db/one`);
  expect(JSON.stringify(iam.received)).not.toContain("gateway-secret");
  expect(JSON.stringify(cloudant.received)).toContain("gateway-secret");
  expect(JSON.stringify(cloudant.received)).not.toContain("api-key");
});

test("the token is renewed before it expires", async () => {
  const clock = { now: 0 };
  const hooks = loginHooks();
  const login = new TokenLogin(iamSource({ apiKey, url: iam.url }, hooks), hooks, () => clock.now);
  const signed = async () => (await login.sign()).headers.Authorization;
  expect(await signed()).toBe("Bearer one");
  clock.now = 2_879_000;
  expect(await signed()).toBe("Bearer one");
  clock.now = 2_880_000;
  expect(await signed()).toBe("Bearer two");
});

test("after a refusal, another token is requested, once", async () => {
  cloudant.behave((request, response) => {
    const refused = json(401, { error: "unauthorized", reason: "the token is not valid" });
    return (request.authorization === "Bearer two" ? json(200, {}) : refused)(request, response);
  });
  const couch = connect();
  expect(await couch.read(path`/db/one`)).toMatchObject({ status: 200 });
  expect(iam.received).toHaveLength(2);
});

test("if the new token is refused, too, the run ends", async () => {
  cloudant.behave(json(401, { error: "unauthorized", reason: "the token is not valid" }));
  const couch = connect();
  const error = await failure(couch.read(path`/db/one`));
  expect(error).toMatchObject({ code: "unauthorized", message: expect.stringContaining("refuses the IAM token") });
  await failure(couch.read(path`/db/two`));
  expect(iam.received).toHaveLength(2);
});

test("a refused API key ends the run, and is not shown", async () => {
  iam.behave(json(400, { errorCode: "BXNIM0415E", errorMessage: `API key ${apiKey} could not be found` }));
  const error = await failure(connect().read(path`/db/one`));
  expect(error.code).toBe("unauthorized");
  expect(error.message).toMatch(/issues no token for the API key \(status 400\): API key \*+ could not be found/);
  expect(error.next).toContain("COUCHDB_IAM_API_KEY");
  expect(cloudant.received).toEqual([]);
});

test.each(["", "one\r\nX-Two: two"])("what is not a token (%j) is not sent to CouchDB", async (text) => {
  iam.behave(token(text));
  expect(await failure(connect().read(path`/db/one`))).toMatchObject({
    code: "unauthorized",
    message: expect.stringContaining("issues no token for the API key (status 200)"),
  });
  expect(cloudant.received).toEqual([]);
});

test.each([
  ["is down", reset],
  ["answers 503", json(503, {})],
  ["answers 429", json(429, {})],
])("if IAM %s, the run cannot be reached, and CouchDB gets no request", async (_, behaviour) => {
  iam.behave(behaviour);
  const error = await failure(connect().read(path`/db/one`));
  expect(error).toMatchObject({ code: "unreachable", message: expect.stringContaining("no token from IAM at") });
  expect(error.next).toContain("COUCHDB_IAM_URL");
  expect(cloudant.received).toEqual([]);
});

test("a redirect is not followed: the API key stays with IAM", async () => {
  iam.behave(text(307, "text/plain", "", { location: `${cloudant.url}/` }));
  expect(await failure(connect().read(path`/db/one`))).toMatchObject({ code: "unauthorized" });
  expect(cloudant.received).toEqual([]);
});
