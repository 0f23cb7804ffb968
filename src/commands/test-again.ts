/** `test --watch`: runs the tests again after every change of a file that they depend on. */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { exitCodes, MigrateError } from "../contract/errors.js";
import { Watch } from "../files/watch.js";
import type { Context, Outcome } from "./command.js";

type RunOnce = (onRead: (paths: readonly string[]) => void) => Promise<unknown>;

/** Ends, without an error, when the signal is aborted. */
export async function testAgain({ settings, signal, log }: Context, runOnce: RunOnce): Promise<Outcome> {
  const watch = await Watch.open([folderOf(settings.path)]);
  try {
    while (!signal.aborted) {
      await runOnce((paths) => watch.add(paths)).catch((error: unknown) => {
        if (signal.aborted) return;
        if (!(error instanceof MigrateError) || error.code === "bug") throw error;
        log.error(error);
      });
      if (!signal.aborted) log.info("waiting for changes; press Ctrl+C to stop");
      await watch.next(signal);
    }
    return { exitCode: exitCodes.done };
  } finally {
    await watch.close();
  }
}

/** A new test file appears in the folder. */
function folderOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? dirname(path) : path;
}
