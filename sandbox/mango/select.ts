/**
 * Selects the documents that match a selector. A regular expression may take minutes for one text, so expressions run
 * in the thread of the functions, with a time limit.
 */
import type { JsonObject } from "../json.js";
import type { FunctionThread } from "../views/function-thread.js";
import { mangoError } from "./errors.js";
import { matches, type TestText } from "./match.js";
import type { Selector } from "./normalize.js";

/**
 * Texts per call to the thread, and the time limit of a call in milliseconds. A runner that is told to stop waits for
 * the call.
 */
const call = { texts: 1_000, limit: 1_000 };

/**
 * @param documentOf the document that the selector is matched against; items without one do not match
 * @throws CouchError 400 if an expression does not end in time. CouchDB gives up silently and matches nothing;
 * clients would retry a 500.
 */
export async function select<Item>(
  functions: FunctionThread,
  selector: Selector,
  items: readonly Item[],
  documentOf: (item: Item) => JsonObject | undefined,
): Promise<Item[]> {
  const known = new Map<string, boolean>();
  // The result of one expression decides which expressions are needed next, so there is one round for each expression
  // in a chain.
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
