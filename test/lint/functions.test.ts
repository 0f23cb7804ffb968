/** What rules of functions find, and what they leave alone: each case is a function, and the rule that finds it. */
import { expect, test } from "vitest";
import { findingsIn } from "./examples.js";

const view = (map: string, reduce?: string) =>
  JSON.stringify({ views: { v: { map, ...(reduce === undefined ? {} : { reduce }) } } });

async function rulesIn(map: string, reduce?: string): Promise<string[]> {
  const yaml = "- id: a\n  ensureDesignDocs: { database: db, from: ../a.json }\n";
  const findings = await findingsIn({ "m/1.yaml": yaml, "a.json": view(map, reduce) });
  return [...new Set(findings.map(({ rule }) => rule))];
}

const maps: readonly (readonly [body: string, rule?: string])[] = [
  ["emit(doc.a, null)"],
  ["emit(doc)", "emit-doc"],
  ["emit(doc._id, { a: doc })", "emit-doc"],
  ["emit(doc._id, [1, doc])", "emit-doc"],
  ["emit(doc._id, doc.a)"],
  ["emit(Math.random())", "impure-map"],
  ["emit(new Date())", "impure-map"],
  ["emit(Date())", "impure-map"],
  ["emit(new Date(doc.time))"],
  ["emit(Date.UTC(doc.year))"],
  ["var d = new Date(); d.setTime(doc.time); emit(d)"],
  ["var d = new Date(); d.setUTCFullYear(doc.year); emit(d)"],
  ["var d = new Date(); e.setTime(doc.time); emit(d)", "impure-map"],
  ["doc.a = 1; emit(doc.a)", "doc-mutation"],
  ["if (doc.a) { doc.a.b++; emit(doc.a.b) }", "doc-mutation"],
  ["delete doc.a; emit(1)", "doc-mutation"],
  ["if (doc.a) { var a = doc.a; a.sort(); emit(a) }", "doc-mutation"],
  ["if (doc.a) { var a = doc.a; a = a.slice(); a.sort(); emit(a) }"],
  ["if (doc.a) { var a = doc.a.slice(); a.sort(); emit(a) }"],
  ["var a = []; a.push(doc.b); emit(a)"],
  ["var n = doc.count; n++; emit(n)"],
  ["emit(doc.a.b)"],
  ["if (!doc.a) x(); emit(doc.a.b)", "unguarded-field"],
  ["if (!doc.a) x(); emit(doc['a'].b)", "unguarded-field"],
  ["if (doc.a == null) x(); emit(doc.a.b)", "unguarded-field"],
  ["if (typeof doc.a === 'string') x(); emit(doc.a.b)", "unguarded-field"],
  ["if (!isArray(doc.a)) x(); emit(doc.a.b)", "unguarded-field"],
  ["var b = doc.a && doc.a.b; emit(doc.a.b)", "unguarded-field"],
  ["var a = doc.a || []; doc.a.forEach(function (b) { emit(b) })", "unguarded-field"],
  ["if (!doc.a) x(); for (var b of doc.a) emit(b)", "unguarded-field"],
  ["if (!doc.a) x(); if (doc.a.b) emit(1)", "unguarded-field"],
  ["if (!doc.a) x(); emit(doc.a[doc._id].b.c)", "unguarded-field"],
  ["if (!doc.a) x(); try { emit(1) } catch (e) { emit(doc.a.b) }", "unguarded-field"],
  ["emit(doc.a.b); if (!doc.a) x()"],
  ["if (!doc.b) x(); emit(doc.a.b)"],
  ["if (doc.a === 'b') x(); emit(doc.a.b)"],
  ["if (doc[x]) x(); emit(doc[x].b)"],
  ["var b = !doc.a; if (!doc.a) return; emit(doc.a.b)"],
  ["emit(doc._id.length)"],
  ["for (var b in doc.a) emit(doc.a[b])"],
  ["if (doc.type === 'a') emit(doc.a.b)"],
  ["if (doc.type !== 'a') return; emit(doc.a.b)"],
  ["if (doc.type !== 'a') { return; } emit(doc.a.b)"],
  ["var type = doc.type; if (type === 'a') emit(doc.a.b)"],
  ["emit(doc.a && doc.a.b)"],
  ["emit(doc.a ? doc.a.b : 0)"],
  ["switch (doc.type) { case 'a': emit(doc.a.b) }"],
  ["try { emit(doc.a.b) } catch (e) {}"],
  ["function helper() { return doc.a.b } if (doc.a) emit(helper())"],
  ["if (isArray(doc.a)) for (var i = 0; i < doc.a.length; i++) emit(doc.a[i])"],
  ["emit(doc.a?.b)", "unsupported-javascript"],
];

test.each(maps)("map: %s: %s", async (body, rule) =>
  expect(await rulesIn(`function (doc) { ${body} }`)).toEqual(rule === undefined ? [] : [rule]),
);

const reduces: readonly (readonly [reduce: string, rule?: string])[] = [
  ["_stats"],
  ["function (k, v) { return sum(v); }", "built-in-reduce"],
  ["(keys, values) => sum(values)", "built-in-reduce"],
  ["function (keys, values) { // why\n  return sum(values) }", "built-in-reduce"],
  ["function (k, v) { let s = 0; for (let i = 0; i < v.length; ++i) s = s + v[i]; return s; }", "built-in-reduce"],
  ["function (k, v, r) { return r ? sum(v) : v.length; }", "built-in-reduce"],
  ["function (k, v) { return v.length; }", "built-in-reduce"],
  ["function (k, v) { return Math.max.apply(null, v); }"],
  ["function (k, v) { var s = 0; for (var i = 0; i < v.length; i++) s += v[i].price; return s; }"],
  ["function (k, v) { return v; }", "growing-reduce"],
  ["function (k, v) { return [].concat.apply([], v); }", "growing-reduce"],
  ["function (k, v) { var a = []; v.forEach(function (x) { a.push(x); }); return a; }", "growing-reduce"],
  ["function (k, v) { var a = []; for (var i in v) a = a.concat(v[i]); return { all: a }; }", "growing-reduce"],
  ["function (k, v) { var a = []; for (var i in v) a.push(v[i]); return a.sort().slice(0, 3); }"],
  ["function (k, v) { var a = []; for (var i in v) a.push(v[i]); return a.length; }"],
  ["function (k, v) { return [v.length, 1]; }"],
  ["function (k, v) { var a = []; a.push(v.length); return a; }"],
  ["function (k, v) { var a = []; for (var i = 0; i < 1000; i++) a.push('x'); return a; }"],
  ["function (k, v) { var a = []; for (var i = 0; i < 3; i++) a = a.concat(i); return a; }"],
  ["function (k, v) { var a = []; [1, 2].forEach(function (x) { a.push(x); }); return a; }"],
  ["function (k, v) { return [].concat.apply([], [[1], [2]]); }"],
  [
    "function (k, v) { var a = []; for (var i = 0, n = v.length; i < n; i++) a.push(v[i]); return a; }",
    "growing-reduce",
  ],
  ["function (k, v) { var a = []; each(k, function (x) { a.push(x[1]); }); return a; }", "growing-reduce"],
];

test.each(reduces)("reduce: %s: %s", async (reduce, rule) =>
  expect(await rulesIn("function (doc) { emit(doc.a, 1) }", reduce)).toEqual(rule === undefined ? [] : [rule]),
);

const values: readonly (readonly [emit: string, reduce: string, rule?: string])[] = [
  ["emit(doc.a, doc.n)", "return sum(values)", "built-in-reduce"],
  ["emit(doc.a, doc.b ? 1 : 2)", "return sum(values)", "built-in-reduce"],
  ["emit(doc.a)", "return sum(values)"],
  ["emit(doc.a, null)", "return sum(values)"],
  ["emit(doc.a, 'b')", "return sum(values)"],
  ["emit(doc.a, { n: 1 })", "return sum(values)"],
  ["emit(doc.a, [1])", "return sum(values)"],
  ["emit(doc.a, doc.b ? 1 : null)", "return sum(values)"],
  ["emit(doc.a, null)", "return values.length", "built-in-reduce"],
];

test.each(values)("map: %s, reduce: %s: %s", async (emit, reduce, rule) =>
  expect(await rulesIn(`function (doc) { ${emit} }`, `function (keys, values) { ${reduce} }`)).toEqual(
    rule === undefined ? [] : [rule],
  ),
);

test.each([
  ["emit(doc._id, doc)", /^the rows of this view are those of `_all_docs/],
  ["return emit(doc._id, doc)", /^the rows of this view are those of `_all_docs/],
  ["if (doc.a) emit(doc._id, doc)", /^each row stores a copy of its document/],
  ["emit(doc.a, doc)", /^each row stores a copy of its document/],
  ["emit(doc._id, [doc])", /^each row stores a copy of its document/],
  ["emit([doc.a, doc], 1)", /^the key contains a whole document/],
])("%s: %s", async (body, message) => {
  const yaml = "- id: a\n  ensureDesignDocs: { database: db, from: ../a.json }\n";
  const findings = await findingsIn({ "m/1.yaml": yaml, "a.json": view(`function (doc) { ${body} }`) });
  expect(findings).toMatchObject([{ rule: "emit-doc", message: expect.stringMatching(message) }]);
});
