/** The functions of design documents, which anybody may write, can't reach the process that the server runs in. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/index.js";
import { request } from "../support/request.js";
import { escapes, library, mapThatTries } from "./escapes.js";

const verdicts = ({ body }: { readonly body: { readonly rows?: readonly { key: unknown; value: unknown }[] } }) =>
  (body.rows ?? []).filter(({ key }) => key === "tried").map(({ value }) => value);

const admin = { name: "admin", password: "secret" };

describe("the embedded server", () => {
  let sandbox: Sandbox;
  let made = 0;
  beforeAll(async () => {
    sandbox = await startSandbox({ admins: { admin: "secret" } });
  });
  afterAll(() => sandbox.close());

  const send = (method: string, path: string, body?: unknown) =>
    request({ url: sandbox.url, admin }, method, path, body === undefined ? {} : { body });

  /** A new database with a design document and a document. */
  async function database(designDoc: object): Promise<string> {
    made += 1;
    const path = `/confined${made}`;
    await send("PUT", path);
    expect((await send("PUT", `${path}/_design/d`, designDoc)).status).toBe(201);
    return path;
  }

  async function ask(designDoc: object, docs: readonly object[] = [{ _id: "a", tags: ["x"] }]) {
    const path = await database(designDoc);
    for (const doc of docs) await send("POST", path, doc);
    return { path, ...(await send("GET", `${path}/_design/d/_view/v`)) };
  }

  it.each(escapes)("lets no map function escape through %s", async (_, body) => {
    const views = { lib: library, v: { map: mapThatTries(body) } };
    const { path, ...first } = await ask({ views });
    // What arrives later, from a promise, is checked with the next document.
    await send("POST", path, { _id: "b" });
    const second = await send("GET", `${path}/_design/d/_view/v`);
    expect(verdicts(first)).toEqual(["in"]);
    expect(verdicts(second)).toEqual(["in", "in"]);
  });

  it.each(escapes)("lets no library escape through %s", async (_, body) => {
    const m = `exports.out = ${mapThatTries(body).replace('emit0("tried", out)', "return out")}; exports.out = exports.out({ tags: [] });`;
    const map = "function () { emit('tried', require('views/lib/n').out); }";
    const answer = await ask({ views: { lib: { ...library, n: m }, v: { map } } });
    expect(verdicts(answer)).toEqual(["in"]);
  });

  const throwing = [
    [
      "an object with a getter",
      '{ get forbidden() { return emit.constructor(\'return typeof process === "object" ? "OUT" : 1\')(); } }',
    ],
    [
      "an object with `toJSON`",
      '{ toJSON() { return { forbidden: emit.constructor(\'return typeof process === "object" ? "OUT" : 1\')() }; } }',
    ],
    ["an error", "Object.assign(new Error(), { message: { toString() { throw this; } } })"],
    ["a cycle", "(function () { var a = {}; a.a = a; return a; })()"],
    ["a function", "Function"],
  ] as const;
  it.each(throwing)("treats %s thrown by a validation function as text", async (_, thrown) => {
    const path = await database({ validate_doc_update: `function () { throw ${thrown}; }` });
    const { status, body } = await send("PUT", `${path}/a`, {});
    expect([403, 500]).toContain(status);
    expect(JSON.stringify(body)).not.toContain("OUT");
    expect((await send("GET", "/_up")).status).toBe(200);
  });

  it("lets no reduce function escape", async () => {
    const reduce =
      "function (k, v) { return { toJSON: function () { return v.constructor.constructor('return typeof process')(); } }; }";
    const { body } = await ask({ views: { v: { map: "function (doc) { emit(1, 1); }", reduce } } });
    expect(body.rows).toEqual([{ key: null, value: "undefined" }]);
  });

  it("runs deeply nested functions, as CouchDB does", async () => {
    const map =
      "function (doc) { var a = []; for (var i = 0; i < 3000; i++) a = [a]; emit(JSON.stringify(a).length); }";
    const { body } = await ask({ views: { v: { map } } });
    expect(body.rows).toEqual([{ id: "a", key: 6002, value: null }]);
  });

  it("gives functions the same globals as CouchDB 3.5", async () => {
    const names = "Proxy Promise Uint8Array WebAssembly console process setTimeout".split(" ");
    const map = `function (doc) { emit(${JSON.stringify(names)}.filter(function (name) { return name in globalThis; })); }`;
    const { body } = await ask({ views: { v: { map } } });
    expect(body.rows).toEqual([{ id: "a", key: [], value: null }]);
  });

  const hogs = [
    ["an endless loop", "for (;;);"],
    ["a pattern that backtracks", "/(a+)+b/.test(new Array(60).join('a'));"],
    ["a native call that takes minutes", "for (;;) new Array(3e6).join('x').split('');"],
    ["endless arrays", "var a = []; for (;;) a.push(new Array(100000).fill(1));"],
    ["endless strings", "var a = 'x'; for (;;) a += a;"],
    ["endless recursion", "(function f() { return f() + 1; })();"],
    ["nesting that JSON can't hold", "var a = []; for (var i = 0; i < 1e6; i++) a = [a]; emit(a);"],
  ] as const;
  it.each(hogs)("fails only the request with %s, and continues to serve", async (_, body) => {
    const good = await ask({ views: { v: { map: "function (doc) { emit(1); }" } } });
    const bad = ask({ views: { v: { map: `function (doc) { ${body} }` } } });
    const meanwhile = await send("GET", "/_up");
    expect(meanwhile.status).toBe(200);
    const { status, body: answer } = await bad;
    expect({ status, answer }).toMatchObject({ status: 500, answer: { error: "os_process_error" } });
    await send("PUT", `${good.path}/b`, {});
    expect((await send("GET", `${good.path}/_design/d/_view/v`)).body.rows).toHaveLength(2);
  });

  const slow = { t: { $regex: "^(a+)+$" } };
  const queries: [title: string, path: string, body: object][] = [
    ["a selector", "_find", { selector: slow }],
    ["a filter for changes", "_changes?filter=_selector", { selector: slow }],
    ["the filter of an index", "_find", { selector: { t: { $gt: null } }, use_index: "some" }],
  ];
  it.each(queries)("fails only the request if the pattern in %s backtracks", async (_, query, body) => {
    const path = await database({});
    await send("PUT", `${path}/a`, { t: `${"a".repeat(60)}!` });
    const index = { fields: ["t"], partial_filter_selector: slow };
    expect((await send("POST", `${path}/_index`, { ddoc: "some", name: "t", index })).status).toBe(200);
    const bad = send("POST", `${path}/${query}`, body);
    expect((await send("GET", "/_up")).status).toBe(200);
    const { status, body: answer } = await bad;
    expect({ status, answer }).toMatchObject({ status: 400, answer: { error: "bad_arg" } });
    const { docs } = (await send("POST", `${path}/_find`, { selector: { t: { $regex: "^a+!$" } } })).body;
    expect(docs).toHaveLength(1);
  });

  it("tests one pattern on many documents, and several patterns on one document", async () => {
    const path = await database({});
    const docs = Array.from({ length: 2_500 }, (_, n) => ({ _id: `d${n}`, n: String(n), t: n % 2 ? "odd" : "even" }));
    await send("POST", `${path}/_bulk_docs`, { docs });
    const even = { t: { $regex: "^e" } };
    const ids = async (selector: object) => {
      const { docs } = (await send("POST", `${path}/_find`, { selector, limit: 3_000 })).body;
      return docs.map(({ n }: { n: string }) => Number(n)).sort((a: number, b: number) => a - b);
    };
    expect(await ids(even)).toHaveLength(1_250);
    expect(await ids({ $and: [even, { n: { $regex: "^1\\d$" } }, { n: { $regex: "[48]$" } }] })).toEqual([14, 18]);
    expect(await ids({ $not: { $or: [even, { n: { $regex: "^[^7]" } }, { n: { $regex: ".." } }] } })).toEqual([7]);
  });

  it("runs the functions of more design documents than it caches", async () => {
    const path = await database({ views: { v: { map: "function (doc) { emit(1); }" } } });
    const names = Array.from({ length: 70 }, (_, n) => `d${n}`);
    for (const name of names) {
      await send("PUT", `${path}/_design/${name}`, { views: { v: { map: `function (doc) { emit('${name}'); }` } } });
    }
    for (const id of ["a", "b"]) {
      await send("PUT", `${path}/${id}`, {});
      for (const name of names) {
        const { body } = await send("GET", `${path}/_design/${name}/_view/v`);
        expect(body.rows.at(-1)).toEqual({ id, key: name, value: null });
      }
    }
  });
});
