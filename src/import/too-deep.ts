/** What is nested too deeply is left out, and the rest is imported. */
import { isOfDeepAnswer } from "../couch/nesting.js";
import type { LeftOut } from "./result.js";

/** @returns what was asked for; undefined, with a line in `leftOut`, where it is nested too deeply */
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
