/** The keys of a terminal, one by one. */

export interface Keyboard {
  /** Calls `heard` with each key. Returns the function that ends this, and leaves the terminal as it was. */
  listen(heard: (key: string) => void): () => void;
}

export const interrupt = "\u0003";

/** `undefined`: the input is not a terminal. */
export function keyboardOf(input: NodeJS.ReadStream | undefined): Keyboard | undefined {
  if (!input?.isTTY) return undefined;
  return {
    listen(heard) {
      const hear = (bytes: Buffer) => {
        const text = bytes.toString();
        // An arrow or a function key.
        if (!text.startsWith("\u001b")) for (const key of text) heard(key);
      };
      input.setRawMode(true);
      input.on("data", hear);
      // Needed after a pause.
      input.resume();
      return () => {
        input.off("data", hear);
        input.setRawMode(false);
        input.pause();
      };
    },
  };
}

/** True if the next key is `y`. Aborted: false. */
export function isYes(keyboard: Keyboard, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (key: string) => {
      end();
      signal.removeEventListener("abort", aborted);
      resolve(key.toLowerCase() === "y");
    };
    const aborted = () => answer("n");
    const end = keyboard.listen(answer);
    signal.addEventListener("abort", aborted, { once: true });
  });
}
