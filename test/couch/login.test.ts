/** What the gateway does with credentials on a server with users. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Connection } from "../../src/contract/connection.js";
import type { Event } from "../../src/contract/events.js";
import { type Gateway, openCouch } from "../../src/couch/gateway.js";
import { path } from "../../src/couch/path.js";
import { failure } from "./support/failure.js";
import { type ServerWithUsers, serverWithUsers } from "./support/server-with-users.js";

let server: ServerWithUsers;
let events: Event[];
const opened: Gateway[] = [];

beforeEach(async () => {
  server = await serverWithUsers();
  events = [];
});
afterEach(async () => {
  for (const couch of opened.splice(0)) await couch.close();
  await server.close();
});

const connect = (connection: Partial<Connection> = {}) => {
  const couch = openCouch(
    { url: server.url, username: "overmind", password: "new", ...connection },
    { emit: (event) => events.push(event), signal: new AbortController().signal, readOnly: false },
  );
  opened.push(couch);
  return couch;
};
const five = [1, 2, 3, 4, 5];
const doc = (i: number | string) => path`/db/${String(i)}`;
const database = (number: number) => path`/db-${String(number)}`;

test("right credentials are proved by the first answer, and not before", async () => {
  server.admins.set("overmind", "new");
  const couch = connect();
  expect(couch.login.proves("overmind", "new")).toBe(false);
  await couch.read(doc(1));
  expect(couch.login.name).toBe("overmind");
  expect(couch.login.proves("overmind", "new")).toBe(true);
  expect(couch.login.proves("overmind", "old")).toBe(false);
  expect(couch.login.proves("kerrigan", "new")).toBe(false);
});

test("a welcome proves nothing", async () => {
  server.admins.set("overmind", "new");
  const couch = connect();
  await couch.read(path`/`);
  await couch.read(path`/_up`);
  expect(couch.login.proves("overmind", "new")).toBe(false);
});

test("wrong credentials are tried once, however many requests are concurrent, and never again", async () => {
  server.admins.set("overmind", "other");
  const couch = connect();
  const errors = await Promise.all(five.map((i) => failure(couch.read(doc(i)))));
  expect(errors.map(({ code }) => code)).toEqual(five.map(() => "unauthorized"));
  await failure(couch.read(doc(6)));
  expect(server.failures()).toBe(1);
  expect(JSON.stringify(errors.map(({ message, data, next }) => ({ message, data, next })))).not.toContain('"new"');
});

test("the previous password is tried once, and then kept", async () => {
  server.admins.set("overmind", "old");
  const couch = connect({ previousPassword: "old" });
  await Promise.all(five.map((i) => couch.read(doc(i))));
  expect(server.failures()).toBe(1);
  expect(couch.login.proves("overmind", "new")).toBe(false);
  expect(couch.login.proves("overmind", "old")).toBe(true);
});

test("two wrong passwords take two attempts", async () => {
  server.admins.set("overmind", "other");
  const error = await failure(connect({ previousPassword: "old" }).read(doc(1)));
  expect(error).toMatchObject({ code: "unauthorized" });
  expect(server.failures()).toBe(2);
});

test("another runner ends the rotation during the run", async () => {
  server.admins.set("overmind", "old");
  const couch = connect({ previousPassword: "old" });
  await couch.read(doc(1));
  server.admins.set("overmind", "new");
  await Promise.all(five.map((i) => couch.read(doc(i), { fresh: true })));
  expect(couch.login.proves("overmind", "new")).toBe(true);
});

test("a run rotates its own password", async () => {
  server.admins.set("overmind", "old");
  const couch = connect({ previousPassword: "old" });
  await couch.read(doc(1));
  server.admins.set("overmind", "new");
  couch.login.become("overmind", "new");
  expect(couch.login.proves("overmind", "new")).toBe(false);
  await couch.read(doc(2));
  expect(couch.login.proves("overmind", "new")).toBe(true);
});

test("in admin party, requests are anonymous, and it is reported once", async () => {
  const couch = connect();
  await Promise.all(five.map((i) => couch.read(doc(i))));
  expect(couch.login.name).toBeUndefined();
  expect(events.filter(({ type }) => type === "admin-party")).toHaveLength(1);
  expect(server.failures()).toBe(1);
  expect(server.received.at(-1)?.authorization).toBeUndefined();
});

test("admin party ends with our own admin", async () => {
  const couch = connect();
  await couch.write("PUT", database(1), { body: {}, repeatable: true });
  server.admins.set("overmind", "new");
  couch.login.become("overmind", "new");
  await couch.write("PUT", database(2), { body: {}, repeatable: true });
  expect(couch.login.proves("overmind", "new")).toBe(true);
});

test("another runner ends the admin party during the run: the request is sent again, with credentials", async () => {
  const couch = connect();
  await couch.read(doc(1));
  server.admins.set("overmind", "new");
  await Promise.all(five.map((i) => couch.write("PUT", database(i), { body: {}, repeatable: false })));
  expect(couch.login.name).toBe("overmind");
});

test("another runner ends the admin party with another password", async () => {
  const couch = connect();
  await couch.read(doc(1));
  server.admins.set("overmind", "other");
  const errors = await Promise.all(five.map((i) => failure(couch.read(doc(i), { fresh: true }))));
  expect(errors.map(({ code }) => code)).toEqual(five.map(() => "unauthorized"));
  expect(server.failures()).toBe(2);
});

test("a locked account is not tried again", async () => {
  server.admins.set("overmind", "new");
  server.locked.add("overmind");
  const couch = connect({ previousPassword: "old" });
  expect(await failure(couch.read(doc(1)))).toMatchObject({ code: "locked-out" });
  expect(await failure(couch.read(doc(2)))).toMatchObject({ code: "locked-out" });
  expect(server.received).toHaveLength(1);
});

test("a missing permission is named, and not mistaken for wrong credentials", async () => {
  server.users.set("overmind", "new");
  server.admins.set("admin", "x");
  const couch = connect();
  const error = await failure(couch.read(path`/_dbs_info`, { body: { keys: [] } }));
  expect(error).toMatchObject({ code: "missing-permission", data: { permission: "server admin", user: "overmind" } });
  expect(error.message).toContain("needs to be a server admin for POST /_dbs_info");
  expect(error.next).toBe("Run as a server admin.");
  expect(server.failures()).toBe(0);
  expect(await couch.read(path`/own/doc`)).toMatchObject({ status: 200 });
});

test("a missing permission is an answer if 401 is accepted", async () => {
  server.users.set("overmind", "new");
  server.admins.set("admin", "x");
  expect(await connect().read(path`/_dbs_info`, { body: { keys: [] }, accept: [401] })).toMatchObject({ status: 401 });
});

test("wrong credentials are an error, even if 401 is accepted", async () => {
  server.admins.set("overmind", "other");
  expect(await failure(connect().read(doc(1), { accept: [401] }))).toMatchObject({ code: "unauthorized" });
});

test("if the server needs credentials and there are none, the error says which variables to set", async () => {
  server.admins.set("overmind", "new");
  const couch = openCouch({ url: server.url }, { emit: () => {}, signal: new AbortController().signal });
  opened.push(couch);
  const error = await failure(couch.read(doc(1)));
  expect(error.code).toBe("unauthorized");
  expect(error.next).toContain("COUCHDB_USERNAME");
});

test("credentials in the URL may have special characters", async () => {
  server.admins.set("über@mind", "p/✓");
  const url = server.url.replace("//", `//${encodeURIComponent("über@mind")}:${encodeURIComponent("p/✓")}@`);
  const couch = connect({ url });
  await couch.read(doc(1));
  expect(couch.login.proves("über@mind", "p/✓")).toBe(true);
  expect(couch.url).toBe(server.url);
});
