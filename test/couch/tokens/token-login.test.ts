/** When a token is renewed, on a clock of the test's own. */
import { expect, test } from "vitest";
import { MigrateError } from "../../../src/contract/errors.js";
import type { Answered } from "../../../src/couch/answer.js";
import type { Session } from "../../../src/couch/session.js";
import { bearerSource } from "../../../src/couch/tokens/bearer-source.js";
import { TokenLogin } from "../../../src/couch/tokens/token-login.js";
import { loginHooks } from "./hooks.js";

const minute = 60_000;
const refusal: Answered = { status: 401, body: {}, error: "unauthorized", reason: "exp not in future" };
const lacking: Answered = { status: 401, body: {}, error: "unauthorized", reason: "You are not a server admin." };
const ok: Answered = { status: 200, body: {} };

function scene(token: string | (() => string | Promise<string>), session?: Session) {
  const clock = { now: 0 };
  const secrets: string[] = [];
  const hooks = loginHooks({ addSecrets: (more) => void secrets.push(...more), session: async () => session });
  const login = new TokenLogin(bearerSource(token, hooks.foreign), hooks, () => clock.now);
  const sign = async () => (await login.sign()).headers.Authorization;
  const refuse = async (answer = refusal) => login.refused(await login.sign(), "GET", "/db", answer);
  return { clock, secrets, login, sign, refuse };
}

/** Returns these tokens, one per call; the last one stays. */
function inTurn(...tokens: readonly (string | Error)[]) {
  let calls = 0;
  const next = async () => {
    const token = tokens[Math.min(calls++, tokens.length - 1)] ?? "";
    if (token instanceof Error) throw token;
    return token;
  };
  return Object.assign(next, { calls: () => calls });
}

test("a function is called at the start, and then once a minute", async () => {
  const token = inTurn("one", "two");
  const { clock, sign, secrets } = scene(token);
  expect(await Promise.all([sign(), sign(), sign()])).toEqual(["Bearer one", "Bearer one", "Bearer one"]);
  clock.now = minute - 1;
  expect(await sign()).toBe("Bearer one");
  clock.now = minute;
  expect(await sign()).toBe("Bearer two");
  expect(token.calls()).toBe(2);
  expect(secrets).toEqual(["one", "two"]);
});

test("a function that fails later does not end the run: its last token is used, and it is called again soon", async () => {
  const { clock, sign } = scene(inTurn("one", new Error("no such file"), "two"));
  await sign();
  clock.now = minute;
  expect(await sign()).toBe("Bearer one");
  clock.now = minute + 10_000;
  expect(await sign()).toBe("Bearer two");
});

test("a function that fails at the start ends the run", async () => {
  const { sign } = scene(inTurn(new Error("no such file")));
  await expect(sign()).rejects.toMatchObject({
    code: "unauthorized",
    message: "there is no bearer token: no such file",
  });
});

test.each(["", "two words", "Bearer one", 'q"'])("%j is not a token", async (token) => {
  const { sign } = scene(() => token);
  await expect(sign()).rejects.toMatchObject({ code: "unauthorized" });
});

test("after a refusal, the function is called again, once for all requests", async () => {
  const token = inTurn("one", "two");
  const { login, sign } = scene(token);
  const signatures = await Promise.all([login.sign(), login.sign(), login.sign()]);
  const refused = signatures.map((signature) => login.refused(signature, "GET", "/db", refusal));
  expect(await Promise.all(refused)).toEqual(["again", "again", "again"]);
  expect(await sign()).toBe("Bearer two");
  expect(token.calls()).toBe(2);
});

test("a second refusal in a row ends the run, and nothing more is signed", async () => {
  const { refuse, sign } = scene(inTurn("one", "two", "three"));
  expect(await refuse()).toBe("again");
  await expect(refuse()).rejects.toMatchObject({ message: expect.stringContaining("a newer one was refused, too") });
  await expect(sign()).rejects.toMatchObject({ code: "unauthorized" });
});

test("an accepted token may be renewed again", async () => {
  const { login, refuse } = scene(inTurn("one", "two", "three"));
  expect(await refuse()).toBe("again");
  login.accepted(await login.sign(), "/db", ok);
  expect(await refuse()).toBe("again");
});

test("a request that nobody checks proves nothing", async () => {
  const { login, refuse } = scene(inTurn("one", "two", "three"));
  await refuse();
  login.accepted(await login.sign(), "/_up", ok);
  await expect(refuse()).rejects.toMatchObject({ code: "unauthorized" });
});

test("an internal error proves nothing", async () => {
  const { login, refuse } = scene(inTurn("one", "two", "three"));
  await refuse();
  login.accepted(await login.sign(), "/db", { status: 500, body: {} });
  await expect(refuse()).rejects.toMatchObject({ code: "unauthorized" });
});

test("a fixed token is not renewed", async () => {
  await expect(scene("one").refuse()).rejects.toMatchObject({
    message: "CouchDB at http://couchdb refuses the bearer token, which has expired: exp not in future.",
  });
});

test("a missing permission is not a refused token", async () => {
  const token = inTurn("one", "two");
  const error = await scene(token, { name: "larva", roles: [] }).refuse(lacking);
  expect(error).toBeInstanceOf(MigrateError);
  expect(error).toMatchObject({ code: "missing-permission", data: { user: "larva" } });
  expect(token.calls()).toBe(1);
});

test("a proxy's 401 renews the token, once", async () => {
  const { login } = scene(inTurn("one", "two", "three"));
  expect(await login.isRenewed(await login.sign())).toBe(true);
  expect(await login.isRenewed(await login.sign())).toBe(false);
});

test("the name is the token's subject, if it has one", async () => {
  const claims = Buffer.from('{"sub":"larva"}').toString("base64url");
  for (const [token, name] of [
    [`e30.${claims}.sig`, "larva"],
    ["opaque", undefined],
    ["e30.e30.sig", undefined],
  ]) {
    const { login, sign } = scene(String(token));
    await sign();
    expect(login.name).toBe(name);
  }
});

test("no password is proved or declared, and becoming another user changes nothing", async () => {
  const { login, sign } = scene("one");
  login.become();
  expect([login.proves(), login.declares(), await sign()]).toEqual([false, false, "Bearer one"]);
});
