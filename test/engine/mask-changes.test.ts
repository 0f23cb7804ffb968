import { expect, it } from "vitest";
import { maskChanges } from "../../src/engine/mask-changes.js";
import { Secrets } from "../../src/secrets/secrets.js";
import type { Schema } from "../../src/steps/schema.js";

const step = {
  shown: { log: { key: "***", url: "http://***@host/db" }, level: "info" },
  secrets: new Map([
    ["/log/key", "hush"],
    ["/log/url", "http://user:hush@host/db"],
  ]),
};

it.each<[string, { path: string; before: unknown; after: unknown }, unknown, unknown]>([
  ["at its path", { path: "/log/key", before: "hush-before", after: "hush" }, "***", "***"],
  ["at its path, absent before", { path: "/log/key", before: null, after: "hush" }, null, "***"],
  [
    "at its path, by node",
    { path: "/log/key", before: { a: "hush-before", b: null }, after: "hush" },
    { a: "***", b: null },
    "***",
  ],
  ["above its path", { path: "/log", before: null, after: { key: "hush", other: 1 } }, null, { key: "***", other: 1 }],
  ["below its path", { path: "/log/key/0", before: ["hush"], after: 1 }, ["***"], "***"],
  [
    "in a URL, only the credentials",
    { path: "/log/url", before: "http://user:hush@old/db", after: "http://user:hush@host/db" },
    "http://***@old/db",
    "http://***@host/db",
  ],
  ["but not at a path with the same prefix", { path: "/log/keyed", before: "a", after: "b" }, "a", "b"],
])("hides a secret from the files %s", (_, change, before, after) => {
  expect(maskChanges([change], step, {}, new Secrets())).toEqual([{ path: change.path, before, after }]);
});

const byName: Schema = { type: "object", properties: { fields: { type: "object", secretNames: true } } };

it.each<[string, { path: string; before: unknown; after: unknown }, unknown, unknown]>([
  [
    "the server's value under a secret name",
    { path: "/fields/totp", before: { key: "old", digits: 6 }, after: null },
    { key: "***", digits: 6 },
    null,
  ],
  [
    "a field with a secret name, unless it is a boolean",
    { path: "/fields", before: { apiToken: "old", ok: true }, after: { apiToken: true, secret: "true" } },
    { apiToken: "***", ok: true },
    { apiToken: true, secret: "true" },
  ],
  ["the credentials in a URL", { path: "/a", before: "see http://a:b@c", after: 1 }, "see http://***@c", 1],
  ["a secret of the run in a value from the server", { path: "/a", before: "x geheimnis", after: "x" }, "x ***", "x"],
  ["no short secret in a value from the server", { path: "/a", before: "x geheim", after: "x" }, "x geheim", "x"],
  [
    "no secret that the file shows as well",
    { path: "/a", before: "geheimnis", after: "geheimnis b" },
    "geheimnis",
    "geheimnis b",
  ],
])("hides %s", (_, change, before, after) => {
  const run = new Secrets();
  run.add(["geheimnis", "geheim", "true"]);
  const none = { shown: {}, secrets: new Map() };
  expect(maskChanges([change], none, byName, run)).toEqual([{ path: change.path, before, after }]);
});
