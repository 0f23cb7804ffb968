/** Leaves out what is nested too deeply, and imports the rest. */
import { isOfDeepAnswer } from "../couch/nesting.js";
import type { LeftOut } from "./result.js";

/** @returns the requested value; undefined, with an entry in `leftOut`, if it is nested too deeply */
export async function unlessTooDeep<T>(
  subject: string,
  leftOut: LeftOut[],
  ask: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!isOfDeepAnswer(error)) throw error;
    leftOut.push({ subject, reason: "it is nested too deeply" });
    return undefined;
  }
}
