/** The interface of the fast path: what a run with nothing to do loads. Other parts are loaded when needed. */

export { firstLook } from "./first-look.js";

type StartReading = typeof import("./start-reading.js").startReading;
type TakeSnapshot = typeof import("./take-snapshot.js").takeSnapshot;

export async function startReading(...given: Parameters<StartReading>): Promise<ReturnType<StartReading>> {
  return (await import("./start-reading.js")).startReading(...given);
}

export async function takeSnapshot(...given: Parameters<TakeSnapshot>): Promise<ReturnType<TakeSnapshot>> {
  return (await import("./take-snapshot.js")).takeSnapshot(...given);
}
