/** What is taken from an instance of nano, and what is refused. */
import nano, { type Configuration } from "nano";
import { expect, test } from "vitest";
import type { NanoInstance } from "../../src/contract/connection.js";
import type { MigrateError } from "../../src/contract/errors.js";
import { credentialsOf } from "../../src/couch/connection.js";
import { connectionIn } from "../../src/couch/nano-connection.js";

const url = "http://127.0.0.1:5984";
const login = "http://kerrigan:a%40b@127.0.0.1:5984";
const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString("base64")}` });

const logins: [string, string | Configuration, ReturnType<typeof credentialsOf>][] = [
  ["the URL's login", login, { name: "kerrigan", password: "a@b" }],
  ["a Basic header", { url, headers: basic("kerrigan:a:b") }, { name: "kerrigan", password: "a:b" }],
  [
    "the URL's login before the header's, as in nano",
    { url: "http://kerrigan:x@127.0.0.1:5984", headers: basic("zagara:y") },
    { name: "kerrigan", password: "x" },
  ],
  ["harmless headers", { url, headers: { "User-Agent": "hive", ...basic("a:b") } }, { name: "a", password: "b" }],
  ["a cookie alongside a login", { url, headers: basic("a:b"), cookie: "route=1" }, { name: "a", password: "b" }],
  ["no login", url, undefined],
];
test.each(logins)("takes %s", (_, configuration, credentials) => {
  expect(credentialsOf(connectionIn({ nano: nano(configuration) }))).toEqual(credentials);
});

test("takes a path prefix", () => {
  const prefixed: Configuration & { parseUrl: boolean } = { url: `${url}/couch`, parseUrl: false };
  expect(connectionIn({ nano: nano(prefixed) })).toEqual({ url: `${url}/couch` });
});

const instance = (configuration: object) => ({ config: { url, ...configuration } });
/** As a `ProxyAgent` and an `Agent` with certificates have it; nano passes it to fetch. */
const agent = { dispatch: () => true } as unknown as NonNullable<Configuration["agentOptions"]>;
const refusals: [string, object, string][] = [
  ["a cookie", { nano: nano({ url, cookie: "AuthSession=x" }) }, "a cookie"],
  [
    "the cookie from nano's own login",
    { nano: instance({ cookieJar: { jar: [{ name: "AuthSession" }] } }) },
    "a cookie",
  ],
  ["a token", { nano: nano({ url, headers: { authorization: "Bearer x" } }) }, "other than `Basic`"],
  ["a Basic header without a password", { nano: nano({ url, headers: basic("kerrigan") }) }, "other than `Basic`"],
  ["a header that may be a login", { nano: nano({ url, headers: { "X-Api-Key": "x" } }) }, "x-api-key"],
  ["an agent, which may be a proxy's", { nano: nano({ url, agentOptions: agent }) }, "`agentOptions`"],
  ["an agent in addition to a login", { nano: nano({ url: login, agentOptions: agent }) }, "`agentOptions`"],
  ["a login as in older versions of nano", { nano: instance({ requestDefaults: { auth: {} } }) }, "`requestDefaults`"],
  ["a proxy as in older versions of nano", { nano: instance({ requestDefaults: { agent } }) }, "`requestDefaults`"],
  ["an instance for a database", { nano: nano(url).use("zerglings") }, "of a database"],
  ["something else", { nano: {} }, "not a nano instance"],
  ["both", { connection: { url }, nano: nano(url) }, "both"],
  ["neither", {}, "neither"],
];
test.each(refusals)("refuses %s, and says what to pass instead", (_, options, said) => {
  const refuse = () => connectionIn(options as { nano: NanoInstance });
  expect(refuse).toThrow(expect.objectContaining({ code: "invalid-settings", message: expect.stringContaining(said) }));
  expect(refuse).toThrow(expect.toSatisfy(({ next }: MigrateError) => next.startsWith("Pass ")));
});
