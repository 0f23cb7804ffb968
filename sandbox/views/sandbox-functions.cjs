/**
 * The thread that runs the functions of design documents. They run in QuickJS, CouchDB's own engine since 3.5,
 * compiled to WebAssembly: the functions have the objects of that engine and none of Node's. Only text is passed in
 * and out. No object of this thread is passed into the engine, so no chain of constructors leads out of it.
 *
 * JavaScript, because a thread is started from a file, also in the tests.
 *
 * A message `{ key, setup?, name, args }` calls a function of the prelude once per item of `args`, in the context
 * with that key. The answer is `{ results }`, `{ absent }` (the context does not exist or no longer exists: retry
 * with `setup`), or `{ broken }`.
 */
const { parentPort, workerData } = require("node:worker_threads");
const { newQuickJSWASMModuleFromVariant } = require("quickjs-emscripten-core");
const { default: variant } = require("@jitl/quickjs-singlefile-cjs-release-sync");

/** The objects that CouchDB's query server has, and no others. */
const intrinsics = {
  BaseObjects: true,
  Date: true,
  Eval: true,
  StringNormalize: true,
  RegExp: true,
  RegExpCompiler: true,
  JSON: true,
  MapSet: true,
  BigInt: true,
  Proxy: false,
  TypedArrays: false,
  Promise: false,
};

let engine;
/**
 * By key. Contexts are only disposed of together with the engine: it aborts if a function that ran out of stack left
 * objects behind.
 */
const contexts = new Map();

async function answer({ key, setup, name, args }) {
  try {
    if (!contexts.has(key)) {
      if (!setup) return { absent: true };
      if (contexts.size === workerData.maxContexts) forget();
      engine ??= await newQuickJSWASMModuleFromVariant(variant);
      contexts.set(key, open(setup));
    }
    const found = contexts.get(key);
    const results = args.map((text) => call(found, name, text));
    // WebAssembly never returns memory.
    if (engine.getWasmMemory().buffer.byteLength > workerData.keptMemory) forget();
    return { results };
  } catch {
    // Out of memory or stack: the state of the engine is unknown.
    forget();
    return { broken: true };
  }
}

function forget() {
  engine = undefined;
  contexts.clear();
}

function open(setup) {
  const runtime = engine.newRuntime({ memoryLimitBytes: workerData.memory, maxStackSizeBytes: workerData.stack });
  const context = runtime.newContext({ intrinsics });
  const run = context.unwrapResult(context.evalCode(workerData.prelude, "prelude"));
  const opened = { context, run };
  for (const [name, text] of setup) call(opened, name, text);
  return opened;
}

function call({ context, run }, name, text) {
  const handles = [context.newString(name), context.newString(text)];
  const result = context.callFunction(run, context.undefined, ...handles);
  for (const handle of handles) handle.dispose();
  // The thrown value is not read: its properties may be functions.
  if (result.error) throw new Error("the prelude catches what a function throws");
  if (context.typeof(result.value) !== "string") throw new Error("the prelude returns text");
  const answered = context.getString(result.value);
  result.value.dispose();
  return answered;
}

parentPort.on("message", async (request) => parentPort.postMessage(await answer(request)));
newQuickJSWASMModuleFromVariant(variant).then((loaded) => {
  engine = loaded;
  parentPort.postMessage({ ready: true });
});
