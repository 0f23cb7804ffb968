/** Built-in reduce functions. CouchDB only checks how the text begins: `_count\n` and `_sum;` work. Pure. */

const byPrefix = ["_sum", "_count", "_stats", "_approx_count_distinct", "_first", "_last"] as const;

export type BuiltInReduce =
  | { readonly name: (typeof byPrefix)[number] }
  | { readonly name: "_top" | "_bottom"; readonly count: number };

const mostRanks = 100;

/**
 * Returns the built-in function that CouchDB 3.5 recognises in the text, or why it refuses the text; undefined: the
 * text is a function. Up to 3.4, only `_sum`, `_count`, `_stats` and `_approx_count_distinct` exist.
 */
export function builtInReduce(source: string): BuiltInReduce | { readonly refusal: string } | undefined {
  if (!source.startsWith("_")) return undefined;
  const name = byPrefix.find((prefix) => source.startsWith(prefix));
  if (name) return { name };
  const [, rank, count = ""] = /^(_top|_bottom)_(.*)$/s.exec(source) ?? [];
  if (rank !== "_top" && rank !== "_bottom") return { refusal: `\`${source}\` is not a supported reduce function.` };
  if (!/^[+-]?\d+$/.test(count)) return { refusal: "invalid rank reducer" };
  if (Number(count) < 1 || Number(count) > mostRanks) {
    return { refusal: `rank value must be between 1 and ${mostRanks}` };
  }
  return { name: rank, count: Number(count) };
}

/** For suggestions: the reduces of every CouchDB. */
export const commonReduces: readonly string[] = byPrefix.slice(0, 4);
