/**
 * The code around the functions of a design document inside the engine: what CouchDB's query server offers them
 * (`emit`, `sum`, `isArray`, `toJSON`, `log`, `require`), and the functions that the host calls, with JSON in and
 * JSON out. `eval` and `new Function` work, as they do in CouchDB; they create functions of the same engine.
 */
export const prelude = `(function (global) {
  "use strict";
  var parse = JSON.parse, stringify = JSON.stringify, evaluate = eval, MakeFunction = Function, Expression = RegExp;
  var Fatal = InternalError;
  var emitted = [], functions = [], designDoc = {}, modules = {};

  function plain(value) { return parse(stringify(value === undefined ? null : value) || "null"); }
  function freeze(value) {
    if (value && typeof value === "object") { Object.values(value).forEach(freeze); Object.freeze(value); }
    return value;
  }
  /** If memory or stack runs out, CouchDB's query server exits, and the request fails. */
  function rethrowFatal(thrown) { if (thrown instanceof Fatal) throw thrown; }

  function load(from, name) {
    var path = /^\\./.test(name) ? from.slice(0, -1) : [];
    name.split("/").forEach(function (part) {
      if (part === "..") path.pop(); else if (part !== "." && part !== "") path.push(part);
    });
    var id = path.join("/");
    if (Object.hasOwn(modules, id)) return modules[id].exports;
    var source = path.reduce(function (node, part) { return node === undefined ? node : node[part]; }, designDoc);
    if (typeof source !== "string") throw { error: "invalid_require_path", reason: "Object has no property " + name };
    var module = modules[id] = { id: id, exports: {} };
    new MakeFunction("module", "exports", "require", source)
      .call(module, module, module.exports, function (next) { return load(path, next); });
    return module.exports;
  }

  // CouchDB's QuickJS is built without it.
  delete String.prototype.normalize;

  global.emit = function (key, value) { emitted.push([plain(key), plain(value)]); };
  global.sum = function (values) { var total = 0; for (var i = 0; i < values.length; i++) total += values[i]; return total; };
  global.isArray = function (value) { return Array.isArray(value); };
  global.toJSON = function (value) { return JSON.stringify(value); };
  global.log = function () {};
  global.require = function (name) { return load([], name); };

  var calls = {
    open: function (doc) { designDoc = doc; return null; },
    compile: function (script) {
      try {
        var value = evaluate(script);
        if (typeof value !== "function") return { fault: "Expression does not eval to a function." };
        functions.push(value);
        return null;
      } catch (thrown) { rethrowFatal(thrown); return { fault: String(thrown) }; }
    },
    map: function (doc) {
      freeze(doc);
      var all = [];
      for (var i = 0; i < functions.length; i++) {
        var map = functions[i];
        emitted = [];
        try { map(doc); } catch (thrown) { rethrowFatal(thrown); emitted = []; }
        all[i] = emitted;
      }
      return all;
    },
    reduce: function (args) {
      try { return plain(functions[0](args.keys, args.values, false)); }
      catch (thrown) { rethrowFatal(thrown); return null; }
    },
    test: function (args) { return new Expression(args[0]).test(args[1]); },
    filter: function (args) {
      try { return Boolean(functions[0].apply(designDoc, args)); }
      catch (thrown) { rethrowFatal(thrown); return { thrown: thrown instanceof Error ? thrown.name : "unnamed_error" }; }
    },
    validate: function (args) {
      try { functions[0].apply(null, args); return null; }
      catch (thrown) {
        rethrowFatal(thrown);
        // CouchDB reads a property of what was thrown.
        if (thrown === null || thrown === undefined) return { failed: "TypeError" };
        return thrown instanceof Error ? { failed: thrown.name } : { thrown: plain(thrown) };
      }
    },
  };
  return function (name, text) { return stringify(calls[name](parse(text))); };
})(globalThis)`;
