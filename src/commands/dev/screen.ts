/** Paints one screen over the last one, on a terminal. */
import type { Stream } from "../../render/log.js";

export interface Screen {
  paint(lines: readonly string[]): void;
  /** Leaves what was painted last, and shows the cursor again. */
  close(): void;
}

const control = "\u001b[";
const hideCursor = `${control}?25l`;
const showCursor = `${control}?25h`;
const clear = `${control}2J`;
const toTop = `${control}H`;
const clearLine = `${control}K`;
const clearBelow = `${control}J`;

/** @param onExit registers what to do if the process ends early, and returns the function that removes it */
export function openScreen(stream: Stream, onExit: (restore: () => void) => () => void): Screen {
  stream.write(`${hideCursor}${clear}`);
  const restore = () => void stream.write(showCursor);
  const forget = onExit(restore);
  return {
    paint(lines) {
      stream.write(`${toTop}${lines.map((line) => `${line}${clearLine}`).join("\n")}${clearBelow}`);
    },
    close() {
      forget();
      stream.write("\n");
      restore();
    },
  };
}
