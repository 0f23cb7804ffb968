/** Detects names of reduce functions that CouchDB does not have. Pure. */
import { builtInReduce, commonReduces } from "../../design-doc-rules/built-in-reduces.js";
import { compiledViews } from "../../design-doc-rules/fields.js";
import { didYouMean } from "../../text/nearest.js";
import { type DesignDoc, type Fault, isJavaScript } from "./design-doc.js";

/** A name instead of a function's text. */
export function isReduceName(source: string): boolean {
  return builtInReduce(source) !== undefined || /^\w+$/.test(source);
}

export function reduceFaults(doc: DesignDoc): Fault[] {
  return compiledViews(doc).flatMap(([name, { reduce }]) => {
    if (typeof reduce !== "string") return [];
    const builtIn = builtInReduce(reduce);
    const fits = builtIn ? !("refusal" in builtIn) : !isJavaScript(doc) || !isReduceName(reduce);
    return fits ? [] : [{ keys: ["views", name, "reduce"], code: "unknown-reduce", message: whyNot(reduce) }];
  });
}

function whyNot(source: string): string {
  if (/^_(?:top|bottom)_/.test(source)) {
    return `CouchDB refuses the reduce \`${source}\`: the number must be between 1 and 100`;
  }
  const otherwise = `; use one of ${commonReduces.join(", ")}`;
  return `CouchDB has no built-in reduce \`${source}\`${didYouMean(source, commonReduces, otherwise)}`;
}
