/**
 * A feature of JavaScript that an engine of CouchDB lacks. `test/lint/engines.test.ts` tries the samples on the CouchDB
 * of the tests.
 */
import type { AnyNode } from "acorn";
import type { Engine } from "../engines.js";

export interface Feature {
  /** For people: `arrow functions`. */
  readonly name: string;
  /** The first SpiderMonkey with it. */
  readonly spidermonkey: number;
  /**
   * With SpiderMonkey 60 and later, CouchDB parses functions itself before the engine does, with a parser that only
   * knows ES2017. It does not parse modules.
   */
  readonly parser?: false;
  /** Absent: QuickJS has it. */
  readonly quickjs?: false;
  /** An expression that uses it, and is `true` where it works. */
  readonly sample: string;
  is(node: AnyNode): boolean;
}

/** @param isModule the code is a CommonJS module, not a function that CouchDB calls */
export function lacks(engine: Engine, { spidermonkey, quickjs, parser }: Feature, isModule: boolean): boolean {
  if (engine.name === "quickjs") return quickjs === false;
  return engine.version < spidermonkey || (parser === false && !isModule);
}
