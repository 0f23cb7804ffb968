/** The log for people: one line per event, and on a terminal last lines that show the steps in progress. */
import type { Event } from "../contract/events.js";
import { visible } from "../text/visible.js";
import { atLeast, type Description, describeEvent, progressKey } from "./describe-event.js";
import { errorText } from "./error-text.js";
import { EverySoOften } from "./every-so-often.js";
import { LiveLines } from "./live-lines.js";
import type { Log, LogOptions } from "./log.js";
import { PaceMeter } from "./pace.js";
import type { Style } from "./style.js";

/** How often long work reports its progress if lines can't be redrawn. Milliseconds. */
export const progressInterval = 10_000;

export function prettyLog(options: LogOptions): Log {
  const { stream, style, level, foreign } = options;
  const now = options.now ?? (() => performance.now());
  const live = stream.isTTY === true && atLeast("info", level) ? new LiveLines(options, now) : undefined;
  const often = new EverySoOften(progressInterval, now);
  const meter = new PaceMeter(now);

  const write = (text: string) => {
    live?.clear();
    stream.write(`${text}\n`);
    live?.draw();
  };
  const say = (said: Description) => {
    if (atLeast(said.level, level)) write(paint(said, style));
  };
  const emit = (event: Event) => {
    if (event.type === "step-progress") {
      const key = progressKey(event);
      const pace = meter.measure(key, event);
      if (live) live.progress(key, event, pace);
      else if (often.lets(key)) say(describeEvent(event, pace));
      return;
    }
    live?.hear(event);
    say(describeEvent(event));
  };
  return {
    emit,
    info: (message) => say({ level: "info", message: visible(message) }),
    warn: (message) => say({ level: "warn", message: visible(message) }),
    error(error) {
      if (!atLeast("error", level)) return;
      write(errorText(error, style, atLeast("debug", level) ? foreign : undefined));
    },
    close: () => live?.close(),
  };
}

function paint({ level, message }: Description, style: Style): string {
  if (level === "error") return `${style.red("error:")} ${message}`;
  if (level === "warn") return `${style.yellow("warning:")} ${message}`;
  return level === "info" ? message : style.dim(message);
}
