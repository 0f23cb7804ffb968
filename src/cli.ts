#!/usr/bin/env node
/** The process: arguments, streams, signals and the exit code. */
import { bug, exitCodes, type MigrateError, toMigrateError } from "./contract/errors.js";
import { fast } from "./engine/fast.js";

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

/** A fault of ours that nobody caught. */
let fault: MigrateError | undefined;
let returned = false;

function endNow(): never {
  hurry.abort(fault);
  process.exit(fault ? exitCodes.failed : exitCodes.interrupted);
}

// The run stops as for a signal, so that the lease is released; then it says what was thrown.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (thrown: unknown) => {
    if (returned) return;
    fault ??= toMigrateError(thrown);
    interruption.abort(fault);
    setTimeout(endNow, latest).unref();
  });
}

// Otherwise Node.js would end with 0, as if all were done.
process.on("beforeExit", () => {
  if (returned) return;
  fault ??= bug("nothing is left that the process could wait for, but the run is not done");
  endNow();
});

/** Those of Node.js, until the log is there, which has them in its own form: each line may have to be JSON. */
const warnings: string[] = [];
let tell = (message: string): void => void warnings.push(message);
// Without a listener they are turned off (--no-warnings).
if (process.listenerCount("warning") > 0) {
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => {
    // The run says it in its own words.
    if (!message.includes("NODE_TLS_REJECT_UNAUTHORIZED")) tell(`Node.js: ${name}: ${message}`);
  });
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
      hearWarnings: (listener) => {
        tell = listener;
        for (const message of warnings.splice(0)) listener(message);
      },
      engine: () => import("./index.js"),
      ...(fast.path ? { fastPath: fast.path } : {}),
    }),
  )
  .then((code) => {
    returned = true;
    // Pipes may still hold text, and idle connections would keep the process alive. A stream's error event comes after
    // its callback.
    const exit = () => process.exit(outputLost && code === exitCodes.done ? exitCodes.failed : code);
    process.stdout.write("", () => process.stderr.write("", () => setImmediate(exit)));
  })
  .catch((thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    process.exit(exitCodes.failed);
  });
