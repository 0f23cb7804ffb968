/** The JavaScript engines of CouchDB. Pure. */
import { couchdbPattern } from "../contract/options.js";

export type Engine = { readonly name: "quickjs" } | { readonly name: "spidermonkey"; readonly version: number };

/** 1.8.5 is older than all versions that are whole numbers. */
const oldest = { name: "spidermonkey", version: 1.8 } as const;
const quickjs: Engine = { name: "quickjs" };

/**
 * The version and the engines in `3.5`, `3.5 quickjs`, `3.3 spidermonkey 91`. Without an engine: those of the official
 * images of that version. Undefined: the text is not in this form.
 */
export function serverIn(text: string): { readonly version: string; readonly engines: readonly Engine[] } | undefined {
  const [, version, engine] = couchdbPattern.exec(text) ?? [];
  if (version === undefined) return undefined;
  return { version, engines: engine === undefined ? enginesOf(version) : [engineNamed(engine)] };
}

function engineNamed(text: string): Engine {
  const [name, version] = text.split(" ");
  if (name === "quickjs") return quickjs;
  return version === "1.8.5" ? oldest : { name: "spidermonkey", version: Number(version) };
}

function enginesOf(text: string): readonly Engine[] {
  const [major = 0, minor = 0] = text.split(".").map(Number);
  if (major < 3) return [oldest];
  if (major === 3 && minor < 3) return [{ name: "spidermonkey", version: 60 }];
  const spidermonkey: Engine = { name: "spidermonkey", version: 78 };
  return major === 3 && minor < 4 ? [spidermonkey] : [spidermonkey, quickjs];
}

/** For people: `SpiderMonkey 78`. */
export function called(engine: Engine): string {
  if (engine.name === "quickjs") return "QuickJS";
  return `SpiderMonkey ${engine.version === oldest.version ? "1.8.5" : engine.version}`;
}
