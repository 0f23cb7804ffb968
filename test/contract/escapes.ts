/**
 * Ways out of a JavaScript sandbox that have been found elsewhere: what each of them gets hold of, as the body of a
 * function that returns it. `keep(value)` keeps a value that arrives later.
 */
export const escapes: readonly (readonly [name: string, body: string])[] = [
  ["the global object", "return globalThis;"],
  ["the prototype of the global object", "return Object.getPrototypeOf(globalThis);"],
  ["`this`", "return (function () { return this; })();"],
  ["the document", "return doc;"],
  ["an array in the document", "return doc.tags;"],
  ["`emit`", "return emit;"],
  ["what `emit` returns", "return emit(1, 2);"],
  ["`log`", "log('x'); return log;"],
  ["`sum`", "return sum;"],
  ["`isArray`", "return isArray;"],
  ["`toJSON`", "return toJSON;"],
  ["`require`", "return require;"],
  ["a module's exports", "return require('views/lib/m');"],
  ["a module's `module`", "return require('views/lib/m').module;"],
  ["a module's `this`", "return require('views/lib/m').self;"],
  ["a module's `require`", "return require('views/lib/m').require;"],
  ["`require` of a Node module", "return require('fs');"],
  ["`require` of a Node module by its scheme", "return require('node:child_process');"],
  ["`require` of a prototype", "return require('__proto__/constructor');"],
  ["the error of `require`", "try { require('nothing'); } catch (e) { return e; }"],
  ["the error of `require` of a symbol", "try { require(Symbol.iterator); } catch (e) { return e; }"],
  ["the error of `emit` of a cycle", "var a = []; a.push(a); try { emit(a); } catch (e) { return e; }"],
  ["the error of `emit` of a bigint", "try { emit(1n); } catch (e) { return e; }"],
  ["the error of `toJSON`", "try { toJSON(1n); } catch (e) { return e; }"],
  ["the error of `sum`", "try { sum(null); } catch (e) { return e; }"],
  ["the error of the parser", "try { eval('('); } catch (e) { return e; }"],
  ["the error of `new Function`", "try { new Function('('); } catch (e) { return e; }"],
  ["the error of `JSON.parse`", "try { JSON.parse('{'); } catch (e) { return e; }"],
  ["the error of a range", "try { new Array(-1); } catch (e) { return e; }"],
  ["the error of an overflowing stack", "function f() { return f() + 1; } try { f(); } catch (e) { return e; }"],
  [
    "the error of a stack that overflows in `emit`",
    "var last; function f() { try { emit({ toJSON: f }); } catch (e) { last = e; throw e; } } try { f(); } catch (e) {} return last;",
  ],
  [
    "the error of a stack that overflows in `require`",
    "var last; function f() { try { require('nothing'); f(); } catch (e) { last = e; throw e; } } try { f(); } catch (e) {} return last;",
  ],
  [
    "the frames of Error.prepareStackTrace",
    "Error.prepareStackTrace = (_, frames) => frames; return new Error().stack;",
  ],
  [
    "the functions of the frames of Error.prepareStackTrace",
    "Error.prepareStackTrace = (_, frames) => { for (const f of frames) keep(f.getFunction(), f.getThis()); }; emit(new Error().stack);",
  ],
  [
    "Error.prepareStackTrace as a getter finds it",
    "Object.defineProperty(Error, 'prepareStackTrace', { get() { keep(this, arguments.callee.caller); } }); return new Error().stack;",
  ],
  [
    "Symbol.species of an emitted array",
    "class A extends Array { static get [Symbol.species]() { return function (n) { keep(this, n, new.target); return []; }; } } emit(new A(1, 2)); new A(1, 2).map((x) => x);",
  ],
  ["a getter on an emitted value", "emit({ get a() { keep(this, arguments.callee.caller); return 1; } });"],
  ["`toJSON` of an emitted value", "emit({ toJSON(key) { keep(this, key, arguments.callee.caller); return 1; } });"],
  ["a Proxy", "emit(new Proxy({}, { get(t, k, r) { keep(t, r); }, ownKeys(t) { keep(t); return []; } }));"],
  [
    "a Proxy as a prototype",
    "Object.setPrototypeOf(globalThis, new Proxy({}, { get(t, k, r) { keep(r); } })); return x;",
  ],
  ["the constructor of functions", "return Function;"],
  ["the constructor of async functions", "return (async function () {}).constructor;"],
  ["the promise of an async function", "return (async function () {})();"],
  ["the rejection of an async function", "(async function () { null.x; })().catch((e) => keep(e));"],
  ["the constructor of generators", "return (function* () {}).constructor;"],
  ["the constructor of async generators", "return (async function* () {}).constructor;"],
  ["a promise", "return Promise.resolve();"],
  ["the rejection of `import` of a Node module", "import('node:fs').then((m) => keep(m), (e) => keep(e));"],
  ["the rejection of `import` of a file", "import('/etc/passwd').then((m) => keep(m), (e) => keep(e));"],
  ["the rejection of `import` in a text", "eval(\"import('fs')\").then((m) => keep(m), (e) => keep(e));"],
  ["the error of `import`", "try { import('std'); } catch (e) { return e; }"],
  ["the engine's own modules", "import('os').then((m) => keep(m)); return typeof std === 'object' ? std : os;"],
  ["`console`", "return console;"],
  ["`setTimeout`", "setTimeout(() => keep(process)); return setTimeout;"],
  ["`queueMicrotask`", "queueMicrotask(() => keep(process)); return queueMicrotask;"],
  ["WebAssembly", "return new WebAssembly.Memory({ initial: 1 });"],
  ["SharedArrayBuffer", "return new SharedArrayBuffer(1);"],
  ["the thread's data", "return workerData;"],
  ["the thread's port", "return parentPort;"],
  ["the module's own scope", "return module;"],
  ["the caller", "return arguments.callee.caller;"],
  ["the caller's caller", "return arguments.callee.caller.caller.caller;"],
  ["the caller of `emit`", "return emit.caller;"],
  ["the arguments of `emit`", "return emit.arguments;"],
  ["the prototype of `emit`", "return Object.getPrototypeOf(emit);"],
  ["a replaced Function.prototype.apply", "Function.prototype.apply = function () { keep(this, arguments[1]); };"],
  ["a replaced Function.prototype.call", "Function.prototype.call = function () { keep(this, arguments[1]); };"],
  ["a replaced Array.prototype.push", "Array.prototype.push = function (a) { this[this.length] = a; keep(this, a); };"],
  ["a replaced Array.prototype.map", "Array.prototype.map = function (f) { keep(this, f); return []; };"],
  ["a replaced JSON.stringify", "JSON.stringify = function (v) { keep(this, v); return '1'; };"],
  ["a replaced JSON.parse", "JSON.parse = function (v) { keep(this, v); return 1; };"],
  ["a `then` that every object has", "Object.prototype.then = function (a, b) { keep(this, a, b); };"],
  [
    "a setter that every object has",
    "Object.defineProperty(Object.prototype, 'exports', { set(v) { keep(this, v); } }); return require('views/lib/m');",
  ],
  ["a weak reference", "return new WeakRef(emit).deref();"],
  ["the iterator of arguments", "return arguments[Symbol.iterator];"],
  ["a template's strings", "return (function (strings) { return strings; })`x`;"],
];

/** A map function that tries one, and emits `typeof process` as each reachable Function sees it. */
export const mapThatTries = (body: string) => `function (doc) {
  var kept = globalThis.kept = globalThis.kept || [];
  var emit0 = emit;
  function keep() { for (var i = 0; i < arguments.length; i++) kept[kept.length] = arguments[i]; }
  try { keep((function () { ${body} })()); } catch (e) { keep(e); }
  var out = "in";
  function probe(make) { try { if (make("return typeof process")() === "object") out = "OUT"; } catch (e) {} }
  for (var i = 0; i < kept.length && i < 100; i++) {
    try { probe(kept[i]); } catch (e) {}
    try { probe(kept[i].constructor); } catch (e) {}
    try { probe(kept[i].constructor.constructor); } catch (e) {}
    try { probe(Object.getPrototypeOf(kept[i]).constructor.constructor); } catch (e) {}
    try { if (kept[i].readFileSync || kept[i].execSync || kept[i].env || kept[i].postMessage) out = "OUT"; } catch (e) {}
    try { if (kept[i]("yield typeof process")().next().value === "object") out = "OUT"; } catch (e) {}
  }
  if (typeof process !== "undefined") out = "OUT";
  emit0("tried", out);
}`;

export const library = {
  m: "exports.module = module; exports.self = this; exports.require = require; exports.exports = exports;",
};
