import { afterEach, describe, expect, it } from "vitest";
import { MigrateError } from "../../../src/contract/errors.js";
import { RunningScript, type ScriptOptions } from "../../../src/transform/running-script.js";

let script: RunningScript | undefined;
afterEach(async () => {
  await script?.close();
  script = undefined;
});

async function open(source: string, options: Partial<ScriptOptions> = {}): Promise<RunningScript> {
  script = await RunningScript.open(source, { limit: 30_000, ...options });
  return script;
}
const document = { _id: "abathur", legs: 1 };
const change = async (source: string, options?: Partial<ScriptOptions>) =>
  (await open(source, options)).change(document);
/** Long enough to load a script on a busy machine: only a script that does not end reaches it. */
const soon = { limit: 2_000, setting: "--script-timeout" };

const returned: [title: string, body: string, expected: unknown][] = [
  ["the document, changed in place", "document.legs += 1; return document;", { _id: "abathur", legs: 2 }],
  ["values as JSON converts them", "return { at: new Date(0), no: undefined };", { at: "1970-01-01T00:00:00.000Z" }],
  ["what the `toJSON` of a class returns", "return { x: new (class { toJSON() { return 5; } })() };", { x: 5 }],
  ["null", "return null;", null],
  ["nothing", "", undefined],
  ["a list", "return [document];", []],
  ["a string", "return 'x';", "x"],
  ["a number that JSON lacks, which is reported", "return { a: [NaN] };", { member: Number.NaN }],
  ["a BigInt, which is reported", "return { a: { b: 10n } };", { member: 10n }],
  ["a promise", "return Promise.resolve({ legs: 3 });", { legs: 3 }],
];
it.each(returned)("returns %s", async (_, body, expected) => {
  expect(await change(`export default (document) => { ${body} };`)).toEqual(expected);
});

const faults: [title: string, body: string, message: RegExp][] = [
  ["throws", "throw new Error('no legs');", /^no legs$/],
  ["rejects", "return Promise.reject('no legs');", /^no legs$/],
  ["returns a function", "return () => {};", /returned a function/],
  ["returns a cycle", "document.self = document; return document;", /circular/],
  [
    "returns a value that is too deep",
    "for (let i = 0; i < 1e3; i++) document = { document }; return document;",
    /nested more than 500 levels/,
  ],
  [
    "returns a value that is too deep for JSON",
    "for (let i = 0; i < 1e5; i++) document = { document }; return document;",
    /stack/,
  ],
];
it.each(faults)("a function that %s fails for this document, and continues with the next", async (_, body, message) => {
  const running = await open(
    `let calls = 0; export default (document) => { if (calls++ > 0) return document; ${body} };`,
  );
  const failed = running.change(document);
  await expect(failed).rejects.toThrow(message);
  await expect(failed).rejects.not.toBeInstanceOf(MigrateError);
  expect(await running.change(document)).toEqual(document);
});

const ends: [title: string, source: string, message: RegExp][] = [
  ["a promise that never settles", "export default () => new Promise(() => {});", /within 2 s .*--script-timeout/],
  ["an endless loop", "export default () => { for (;;); };", /within 2 s .*while it changed abathur/],
  ["an expression that backtracks", "export default () => /^(a+)+$/.test('a'.repeat(99) + 'b');", /within 2 s/],
  ["`process.exit`", "export default () => process.exit(0);", /ended by itself.*while it changed abathur/],
  [
    "a late throw",
    "export default () => new Promise(() => setTimeout(() => { throw new Error('late') }));",
    /outside.*late/,
  ],
  [
    "an unhandled rejection",
    "export default () => { Promise.reject(new Error('lost')); return new Promise(() => {}); };",
    /lost/,
  ],
];
it.each(ends)("%s ends the script, and every later call says so", async (_, source, message) => {
  const running = await open(source, soon);
  const failure = { code: "step-failed", message: expect.stringMatching(message) };
  await expect(running.change(document)).rejects.toMatchObject(failure);
  await expect(running.change(document)).rejects.toMatchObject(failure);
});

const unloadable: [title: string, source: string, message: RegExp][] = [
  [
    "has a top-level await that never settles",
    "await new Promise(() => {}); export default (d) => d;",
    /awaits something that never/,
  ],
  ["loops at its top level", "for (;;); export default (d) => d;", /within 2 s .*was loaded/],
  ["throws", "throw new Error('not today');", /can't be loaded: not today/],
  ["exits", "process.exit(0); export default (d) => d;", /ended by itself/],
];
it.each(unloadable)("a module that %s can't be loaded", async (_, source, message) => {
  const failure = { code: "step-failed", message: expect.stringMatching(message) };
  await expect(open(source, soon)).rejects.toMatchObject(failure);
});

it("a script is ended by the signal while it computes", async () => {
  const stop = new AbortController();
  const running = await open("export default () => { for (;;); };", { signal: stop.signal });
  const reason = new MigrateError("incomplete", { message: "time is up" });
  const changed = running.change(document);
  stop.abort(reason);
  await expect(changed).rejects.toBe(reason);
});

it("an exception is quoted without secrets", async () => {
  const foreign = (text: string) => text.replace("swarm", "***");
  const changed = change("export default () => { throw new Error('swarm!'); };", { foreign });
  await expect(changed).rejects.toThrow(/^\*\*\*!$/);
});

it("a cycle is described in one line, without secrets", async () => {
  const foreign = (text: string) => text.replace("swarm\nqueen", "***");
  const cycle = "document.self = document; return document;";
  const body = `export default (document) => { if (!document.legs) throw new Error("swarm\\nqueen\\nsaid"); ${cycle} };`;
  const running = await open(body, { foreign });
  await expect(running.change(document)).rejects.toThrow(/^Converting circular structure to JSON --> [^\n]+$/);
  await expect(running.change({ _id: "abathur" })).rejects.toThrow(/^\*\*\* said$/);
});

it.each([
  ["loops at its top level", "for (;;); export default (d) => d;"],
  [
    "has a top-level await that never settles",
    "setInterval(() => {}, 1e3); await new Promise(() => {}); export default (d) => d;",
  ],
])("a module that %s is ended by the signal", async (_, source) => {
  const stop = new AbortController();
  const opened = open(source, { signal: stop.signal });
  stop.abort();
  await expect(opened).rejects.toMatchObject({ code: "interrupted", message: "the run was interrupted" });
});

it("names no setting if none changes the limit", async () => {
  await expect(open("for (;;);", { limit: 2_000 })).rejects.toThrow(/did not end within 2 s, while it was loaded$/);
});

describe("a script's output goes to its listener, and to no stream of the process", () => {
  const printed = async (source: string) => {
    const texts: (string | undefined)[] = [];
    const print = (text: string | undefined) => void texts.push(text);
    const failed = await change(source, { print }).catch(() => "failed");
    if (failed === "failed") await script?.close();
    return texts;
  };

  it.each<[title: string, source: string, expected: (string | undefined)[]]>([
    ["on stdout", "export default () => { console.log('hello', 7); return null; };", ["hello 7\n"]],
    ["on stderr", "export default () => { console.error('hello'); return null; };", ["hello\n"]],
    ["as bytes", "export default () => { process.stdout.write(Buffer.from('hi')); return null; };", ["hi"]],
    ["while it is loaded", "console.log('hello'); export default () => null;", ["hello\n"]],
    [
      "with a warning of Node.js",
      "export default () => new Promise((resolve) => { process.emitWarning('old'); setTimeout(resolve, 1, null); });",
      ["Warning: old"],
    ],
    [
      "before it throws too late",
      "export default () => { setImmediate(() => { console.log('hello'); throw new Error('late'); }); return new Promise(() => {}); };",
      ["hello\n"],
    ],
    [
      "of any length, with a note instead of a long text",
      "export default () => { console.log('x'.repeat(5e6)); console.log('end'); return null; };",
      ["(a text of 5000001 characters)", "end\n"],
    ],
  ])("%s", async (_, source, expected) => {
    expect(await printed(source)).toEqual(expected);
  });

  it("whose rest is left out if the output is endless", async () => {
    const texts = await printed(
      "export default () => { for (let i = 0; i < 1e6; i++) process.stdout.write('creep\\n'); return null; };",
    );
    expect(texts.at(-1)).toBeUndefined();
    expect(texts.slice(0, -1).every((text) => text === "creep\n")).toBe(true);
    expect(texts.length).toBeLessThan(10_000);
  });

  it("and is awaited until it is handled", async () => {
    const texts: (string | undefined)[] = [];
    const source = `export default () => new Promise((resolve) => {
      process.stdout.write("creep", () => resolve(null));
    });`;
    expect(await change(source, { print: (text) => void texts.push(text) })).toBeNull();
    expect(texts).toEqual(["creep"]);
  });
});

it.each([
  ["null", "null"],
  ["something that looks like an answer", "{ json: '{}' }"],
  ["a text", "'hello'"],
])("posting %s ends the script, but not the run with a bug", async (_, message) => {
  const source = `import { parentPort } from "node:worker_threads";
    export default () => { parentPort.postMessage(${message}); return { legs: 6 }; };`;
  const failure = { code: "step-failed", message: expect.stringMatching(/^the script posted a message.*abathur/) };
  await expect(change(source)).rejects.toMatchObject(failure);
});

it("an exception whose message is not text is still quoted", async () => {
  const source = "export default () => { throw Object.assign(new Error(), { message: 5 }); };";
  await expect(change(source, { foreign: (text) => text.replace("x", "y") })).rejects.toThrow("5");
});
