/** The log for machines: one JSON object per line, by pino. */
import { pino } from "pino";
import type { MigrateError } from "../contract/errors.js";
import type { Event } from "../contract/events.js";
import { describeEvent, progressKey, type StepProgress } from "./describe-event.js";
import { problemsOf, stackOf } from "./error-text.js";
import { EverySoOften } from "./every-so-often.js";
import type { Log, LogOptions } from "./log.js";
import { PaceMeter } from "./pace.js";
import { progressInterval } from "./pretty-log.js";

export function jsonLog(options: LogOptions): Log {
  const { stream, foreign } = options;
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger = pino(settings, { write: (line: string) => void stream.write(line) });
  const now = options.now ?? (() => performance.now());
  const often = new EverySoOften(progressInterval, now);
  const meter = new PaceMeter(now);

  const emit = (event: Event) => {
    if (event.type === "step-progress") return progress(event);
    const { level, message } = describeEvent(event);
    logger[level](fieldsOf(event), message);
  };
  /** With `perSecond` and `millisecondsLeft`, once they are known. */
  const progress = (event: StepProgress) => {
    const key = progressKey(event);
    const pace = meter.measure(key, event);
    const { level, message } = describeEvent(event, pace);
    const speed = pace ? { perSecond: round(pace.perSecond), millisecondsLeft: Math.round(pace.left) } : {};
    logger[often.lets(key) ? level : "debug"]({ ...fieldsOf(event), ...speed }, message);
  };
  return {
    emit,
    info: (message) => logger.info(message),
    warn: (message) => logger.warn(message),
    error(error) {
      const problems = problemsOf(error);
      const fields = { ...errorFields(error), ...(problems.length > 0 ? { problems } : {}) };
      logger.error(fields, error.message);
      if (error.code === "bug") logger.debug({ stack: foreign(stackOf(error)) });
    },
    close() {},
  };
}

/** The fields of an event; `type` is renamed to `event`. */
function fieldsOf({ type, ...fields }: Event): Record<string, unknown> {
  const error = "error" in fields ? errorFields(fields.error) : {};
  return { event: type, ...fields, ...("error" in fields ? { error: undefined } : {}), ...error };
}

function errorFields({ code, next }: MigrateError): Record<string, unknown> {
  return { code, next };
}

/** Rounds to one decimal. */
function round(perSecond: number): number {
  return Math.round(perSecond * 10) / 10;
}
