/** A file may contain thousands of documents with the same fault. */
import type { Fault } from "./fault.js";

export const mostProblems = 20;

export type Report<At> = (fault: Fault, at: At) => void;

/** After the limit, reports once that there are more. */
export function limited<At>(report: Report<At>): Report<At> {
  let count = 0;
  return (fault, at) => {
    count += 1;
    if (count <= mostProblems) report(fault, at);
    if (count !== mostProblems + 1) return;
    report(
      { keys: [], code: "more-problems", message: "more documents are invalid from here on; they are not listed" },
      at,
    );
  };
}
