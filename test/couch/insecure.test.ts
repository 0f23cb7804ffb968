/** When a run warns that its password can be read on the network. */
import { expect, test } from "vitest";
import { insecurities } from "../../src/couch/insecure.js";

const codes = (url: string, rejectUnauthorized?: string) =>
  insecurities({ url, username: "ann", password: "geheim" }, rejectUnauthorized).map(({ code }) => code);

test.each([
  "http://localhost:5984",
  "http://127.0.0.1",
  "http://127.8.0.1",
  "http://[::1]:5984",
  "http://10.1.2.3",
  "http://172.16.0.1",
  "http://172.31.255.1",
  "http://192.168.1.1",
  "http://169.254.1.1",
  "http://100.64.0.1",
  "http://[fd00::1]",
  "http://[fe80::1]",
  "http://[::ffff:10.0.0.1]",
  "http://couchdb:5984",
  "http://couchdb.data.svc",
  "http://couchdb.data.svc.cluster.local.",
  "http://Nas.LOCAL",
  "http://host.docker.internal:5984",
  "https://couch.example.com",
])("no warning: %s", (url) => {
  expect(codes(url)).toEqual([]);
});

test.each([
  "http://couch.example.com",
  "http://couchdb.data:5984",
  "http://mylocal.example",
  "http://8.8.8.8",
  "http://172.32.0.1",
  "http://11.0.0.1",
  "http://[2001:db8::1]",
  "http://[::ffff:8.8.8.8]",
  "http://10.0.0.1.example.com",
])("plain HTTP: %s", (url) => {
  expect(codes(url)).toEqual(["plain-http"]);
});

test("no warning if no password is sent", () => {
  expect(insecurities({ url: "http://couch.example.com" }, undefined)).toEqual([]);
});

test("a warning about an unchecked certificate, but only over HTTPS", () => {
  expect(codes("https://couch.example.com", "0")).toEqual(["tls-unverified"]);
  expect(codes("https://localhost", "0")).toEqual(["tls-unverified"]);
  expect(codes("https://couch.example.com", "1")).toEqual([]);
  expect(codes("http://localhost", "0")).toEqual([]);
});

test("no warning contains the password, even if it is in the URL", () => {
  const [warning] = insecurities({ url: "http://ann:geheim@couch.example.com" }, undefined);
  expect(JSON.stringify(warning)).not.toContain("geheim");
});
