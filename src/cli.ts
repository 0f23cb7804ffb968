#!/usr/bin/env node
/** The process: arguments, streams, signals and the exit code. */
import { bug, exitCodes, type MigrateError, toMigrateError } from "./contract/errors.js";
import { fast } from "./engine/fast.js";

/** After this time in milliseconds, a run that was asked to stop has ended, no matter what it is waiting for. */
const maxShutdownTime = 4_500;

const interruption = new AbortController();
const hurry = new AbortController();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // First signal: the run stops between two requests. Second signal: the process exits immediately.
    if (interruption.signal.aborted) endNow();
    interruption.abort();
    setTimeout(endNow, maxShutdownTime).unref();
  });
}

/** An uncaught error of our own code. */
let fault: MigrateError | undefined;
let returned = false;

function endNow(): never {
  hurry.abort(fault);
  process.exit(fault ? exitCodes.failed : exitCodes.interrupted);
}

// The run stops as it does for a signal, so that the lease is released; then it reports what was thrown.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (thrown: unknown) => {
    if (returned) return;
    fault ??= toMigrateError(thrown);
    interruption.abort(fault);
    setTimeout(endNow, maxShutdownTime).unref();
  });
}

// Otherwise Node.js would exit with 0, as if everything were done.
process.on("beforeExit", () => {
  if (returned) return;
  fault ??= bug("nothing is left that the process could wait for, but the run is not done");
  endNow();
});

/**
 * Warnings from Node.js, kept until the log exists. The log prints them in its own format, because each line may have
 * to be JSON.
 */
const warnings: string[] = [];
let tell = (message: string): void => void warnings.push(message);
// Without a listener, warnings are turned off (--no-warnings).
if (process.listenerCount("warning") > 0) {
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => {
    // The run has its own message for this warning.
    if (!message.includes("NODE_TLS_REJECT_UNAUTHORIZED")) tell(`Node.js: ${name}: ${message}`);
  });
}

let outputLost = false;
// The reader of our output may have closed it (`| head`); the run still continues to its end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") outputLost = true;
  });
}

// Loaded only after the handlers are set: the kernel drops a signal to process 1 if there is no handler yet.
void import("./main.js")
  .then(({ main }) =>
    main(process.argv.slice(2), {
      env: process.env,
      stdout: process.stdout,
      stderr: process.stderr,
      stdin: () => process.stdin,
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
    // Waits for the streams: pipes may still hold text. Exits explicitly, because idle connections would keep the
    // process alive. A stream's error event comes after its callback.
    const exit = () => process.exit(outputLost && code === exitCodes.done ? exitCodes.failed : code);
    process.stdout.write("", () => process.stderr.write("", () => setImmediate(exit)));
  })
  .catch((thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    process.exit(exitCodes.failed);
  });
