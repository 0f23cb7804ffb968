/**
 * Which documents match a selector. Its regular expressions, which may take minutes for one text, run in the thread of
 * the functions, and are bounded as those are.
 */
import type { JsonObject } from "../json.js";
import type { FunctionThread } from "../views/function-thread.js";
import { mangoError } from "./errors.js";
import { matches, type TestText } from "./match.js";
import type { Selector } from "./normalize.js";

/** Tests go to the thread in calls of so many, which may take so long: milliseconds. A run that is told to stop waits. */
const call = { texts: 1_000, limit: 1_000 };

/**
 * @param documentOf what the selector is about; items without one do not match
 * @throws CouchError 400 if an expression does not come to an end in time. CouchDB's gives up in silence, and matches
 * nothing; a 500 would be asked again.
 */
export async function select<Item>(
  functions: FunctionThread,
  selector: Selector,
  items: readonly Item[],
  documentOf: (item: Item) => JsonObject | undefined,
): Promise<Item[]> {
  const known = new Map<string, boolean>();
  // What an expression says decides which others are asked, so there is one round for each that stands in a row.
  for (;;) {
    const open = new Set<string>();
    const test: TestText = (pattern, text) => {
      const args = JSON.stringify([pattern, text]);
      const result = known.get(args);
      if (result === undefined) open.add(args);
      return result ?? false;
    };
    const found = items.filter((item) => {
      const document = documentOf(item);
      return document !== undefined && matches(selector, document, test);
    });
    if (open.size === 0) return found;
    const tests = [...open];
    for (let i = 0; i < tests.length; i += call.texts) {
      const args = tests.slice(i, i + call.texts);
      const test = { key: "mango", name: "test", args, setup: [], limit: call.limit };
      const results = await functions.call(test).catch(() => Promise.reject(tooMuch()));
      for (const [n, one] of args.entries()) known.set(one, results[n] === "true");
    }
  }
}

function tooMuch() {
  return mangoError("bad_arg", `A $regex takes more than ${call.limit} ms, or too much memory`);
}
