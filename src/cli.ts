#!/usr/bin/env node
/** The process: arguments, streams, signals and the exit code. */
import { exitCodes } from "./errors.js";

/** A run that was asked to end has ended by then, whatever it hangs in. Milliseconds. */
const latest = 4_500;

const interruption = new AbortController();
const hurry = new AbortController();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // Once: the run ends between two requests. Twice: now.
    if (interruption.signal.aborted) endNow();
    interruption.abort();
    setTimeout(endNow, latest).unref();
  });
}

function endNow(): never {
  hurry.abort();
  process.exit(exitCodes.interrupted);
}

let outputLost = false;
// Whoever reads our output may have seen enough; the run goes on to its end all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") outputLost = true;
  });
}

// Loaded only now: the kernel drops a signal to process 1 for which there is no handler yet.
void import("./main.js")
  .then(({ main }) =>
    main(process.argv.slice(2), {
      env: process.env,
      stdout: process.stdout,
      stderr: process.stderr,
      signal: interruption.signal,
      hurry: hurry.signal,
      engine: () => import("./index.js"),
      firstLook: async () => (await import("./engine/first-look.js")).firstLook,
    }),
  )
  .then((code) => {
    // Pipes may still hold text, and idle connections would keep the process alive. A stream's error event comes after
    // its callback.
    const exit = () => process.exit(outputLost && code === exitCodes.done ? exitCodes.failed : code);
    process.stdout.write("", () => process.stderr.write("", () => setImmediate(exit)));
  });
