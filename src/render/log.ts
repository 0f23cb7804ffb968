/** What goes to stderr while a command runs. Two forms: for people (pretty-log.ts) and for machines (json-log.ts). */
import type { MigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import type { Level } from "./describe-event.js";
import type { Style } from "./style.js";

export interface Log {
  /** Hears a run. */
  readonly emit: Listener;
  info(message: string): void;
  warn(message: string): void;
  error(error: MigrateError): void;
  /** Clears what is not to stay on the terminal. Comes before the document goes to stdout. */
  close(): void;
}

/** Where text goes; process.stdout is one. */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface LogOptions {
  readonly format: "pretty" | "json";
  readonly level: Level;
  readonly stream: Stream;
  readonly style: Style;
  /** Text that somebody else wrote (a stack), without secrets. */
  foreign(text: string): string;
  /** Milliseconds of a clock that never goes back. */
  now?(): number;
}
