/** Durations as people write them: `30s`, `5m`, `1h30m`, `500ms`. */

const units = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const notation = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Node's timers overflow beyond this, and then fire immediately. */
export const longestDuration = 24 * 24 * units.h;

/** Milliseconds, or undefined if the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const match = notation.exec(text);
  if (!match || text === "") return undefined;
  const [, h = "0", m = "0", s = "0", ms = "0"] = match;
  return Number(h) * units.h + Number(m) * units.m + Number(s) * units.s + Number(ms);
}

/** The shortest exact notation: 90000 is `1m30s`. */
export function writeDuration(milliseconds: number): string {
  let rest = milliseconds;
  let text = "";
  for (const [unit, size] of Object.entries(units)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text || "0s";
}
