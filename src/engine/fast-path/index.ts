/** The interface of the fast path: what a run with nothing to do loads. Other parts are loaded when needed. */

export { firstLook } from "./first-look.js";

type LookAhead = typeof import("./look-ahead.js").lookAhead;
type TakeSnapshot = typeof import("./take-snapshot.js").takeSnapshot;

export async function lookAhead(...given: Parameters<LookAhead>): Promise<ReturnType<LookAhead>> {
  return (await import("./look-ahead.js")).lookAhead(...given);
}

export async function takeSnapshot(...given: Parameters<TakeSnapshot>): Promise<ReturnType<TakeSnapshot>> {
  return (await import("./take-snapshot.js")).takeSnapshot(...given);
}
