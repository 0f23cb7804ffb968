/** Waits for changes of files. */
import { resolve, sep } from "node:path";
import { type FSWatcher, watch } from "chokidar";

/** Editors and version control write several files in a row. Milliseconds. */
const quiet = 50;

/**
 * How long a deleted file may take to appear again, because editors replace files. Shorter than `quiet`, so that the
 * deletion of an editor's temporary file belongs to the same change. Milliseconds.
 */
const replacing = 20;

export class Watch {
  readonly #watcher: FSWatcher;
  #changed = false;
  #wake: (() => void) | undefined;

  private constructor(watcher: FSWatcher) {
    this.#watcher = watcher;
    watcher.on("all", () => {
      this.#changed = true;
      this.#wake?.();
    });
  }

  /** Resolves when all files below the paths are watched, without the folders in `except`. A path need not exist. */
  static async open(
    paths: readonly string[],
    { except = [] }: { readonly except?: readonly string[] } = {},
  ): Promise<Watch> {
    const folders = except.map((path) => resolve(path));
    const isLeftOut = (path: string) => folders.some((one) => `${resolve(path)}${sep}`.startsWith(`${one}${sep}`));
    const ignored = (path: string) => isIgnored(path) || isLeftOut(path);
    const watcher = watch([...paths], { ignoreInitial: true, ignored, atomic: replacing });
    const opened = new Watch(watcher);
    await new Promise<void>((ready) => watcher.once("ready", () => ready()));
    return opened;
  }

  /** Also watches these paths. What is watched already is not watched twice. */
  add(paths: readonly string[]): void {
    this.#watcher.add([...paths]);
  }

  /**
   * Resolves after a change since the last call, when there has been none for a moment. Also resolves when the signal is
   * aborted.
   */
  async next(signal: AbortSignal): Promise<void> {
    while (!this.#changed && !signal.aborted) await this.#woken(signal);
    while (this.#changed && !signal.aborted) {
      this.#changed = false;
      await new Promise((resolve) => setTimeout(resolve, quiet));
    }
  }

  close(): Promise<void> {
    return this.#watcher.close();
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener("abort", wake);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener("abort", wake, { once: true });
    });
  }
}

/** Packages, and the data of version control. */
function isIgnored(path: string): boolean {
  return /[\\/](?:node_modules|\.git)(?:[\\/]|$)/.test(path);
}
