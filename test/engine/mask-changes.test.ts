import { expect, it } from "vitest";
import { maskChanges } from "../../src/engine/mask-changes.js";

const step = {
  shown: { log: { key: "***", url: "http://***@host/db" }, level: "info" },
  secrets: new Map([
    ["/log/key", "hush"],
    ["/log/url", "http://user:hush@host/db"],
  ]),
};

it.each<[string, { path: string; before: unknown; after: unknown }, unknown, unknown]>([
  ["at it", { path: "/log/key", before: "hush-before", after: "hush" }, "***", "***"],
  ["at it, absent before", { path: "/log/key", before: null, after: "hush" }, null, "***"],
  [
    "at it, by node",
    { path: "/log/key", before: { a: "hush-before", b: null }, after: "hush" },
    { a: "***", b: null },
    "***",
  ],
  ["above it", { path: "/log", before: null, after: { key: "hush", other: 1 } }, null, { key: "***", other: 1 }],
  ["below it", { path: "/log/key/0", before: ["hush"], after: 1 }, ["***"], "***"],
  [
    "of a URL only the credentials",
    { path: "/log/url", before: "http://user:hush@old/db", after: "http://user:hush@host/db" },
    "http://***@old/db",
    "http://***@host/db",
  ],
  ["not beside it", { path: "/log/keyed", before: "a", after: "b" }, "a", "b"],
])("hides a secret of the files %s", (_, change, before, after) => {
  expect(maskChanges([change], step)).toEqual([{ path: change.path, before, after }]);
});
