#!/usr/bin/env node
/** The process: arguments, streams, signals and the exit code. */
import { exitCodes } from "./errors.js";
import { main } from "./main.js";

const interruption = new AbortController();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // Once: the run ends between two requests. Twice: now.
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort();
    if (process.stderr.isTTY) process.stderr.write("\nStopping; once more stops at once.\n");
  });
}

let outputLost = false;
// Whoever reads our output may have seen enough; the run goes on to its end all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") outputLost = true;
  });
}

void main(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interruption.signal,
  engine: () => import("./index.js"),
}).then((code) => {
  // Pipes may still hold text, and idle connections would keep the process alive. A stream's error event comes after
  // its callback.
  const exit = () => process.exit(outputLost && code === exitCodes.done ? exitCodes.failed : code);
  process.stdout.write("", () => process.stderr.write("", () => setImmediate(exit)));
});
