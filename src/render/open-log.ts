import type { Log, LogOptions } from "./log.js";

export async function openLog(options: LogOptions): Promise<Log> {
  if (options.format === "json") return (await import("./json-log.js")).jsonLog(options);
  return (await import("./pretty-log.js")).prettyLog(options);
}
