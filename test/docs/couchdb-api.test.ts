/** docs/couchdb-api.md names every kind with all of its fields, and nothing else. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { kinds } from "../../src/kinds/index.js";
import { fieldsOf } from "../import/every-field/fields.js";
import { root } from "../support/cli.js";

const page = await readFile(join(root, "docs/couchdb-api.md"), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim()));

/** Fields that say how to proceed, not what CouchDB has. */
const allowDestroy = "allowDestroy";

it.each(kinds)("$name: the page has its fields, and no others", ({ name, schema }) => {
  const named = rows.flatMap(([, , step = ""]) =>
    namedFields(step).flatMap(([kind, fields]) => (kind === name ? fields : [])),
  );
  const existing = new Set(fieldsOf(schema).map((path) => path.replace(/ \(\w+\)$/, "")));
  expect(named.filter((path) => !existing.has(path))).toEqual([]);
  const own = [...existing].map((path) => path.split(/[.[]/)[0] ?? "").filter((field) => field !== allowDestroy);
  expect(new Set(named.map((path) => path.split(".")[0]))).toEqual(new Set(own));
});

it("names only kinds that exist", () => {
  const named = rows.flatMap(([, , step = ""]) => namedFields(step).map(([kind]) => kind));
  expect([...new Set(named)].sort()).toEqual(kinds.map(({ name }) => name).sort());
});

it("has each endpoint once, with a step or the reason for none", () => {
  const endpoints = rows.flatMap(([, cell = ""]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text));
  expect(endpoints.filter((one, i) => endpoints.indexOf(one) !== i)).toEqual([]);
  expect(endpoints.filter((one = "") => !/^(?:PUT|POST|DELETE|COPY|ANY) \//.test(one))).toEqual([]);
  expect(rows.filter(([, , step, notes]) => step === "none" && notes === "")).toEqual([]);
  expect(rows.filter(([, , step = ""]) => step !== "none" && namedFields(step).length === 0)).toEqual([]);
});

/** The kinds of a cell, each with the fields that stand after it. */
function namedFields(cell: string): [kind: string, fields: string[]][] {
  return cell.split(/(?=\[`)/).flatMap((part): [string, string[]][] => {
    const [link, kind = ""] = /^\[`(\w+)`\]\(steps\.md#(\w+)\)/.exec(part) ?? [];
    if (link === undefined) return [];
    return [[kind, [...part.slice(link.length).matchAll(/`([^`]+)`/g)].map(([, field = ""]) => field)]];
  });
}
