/**
 * What goes to stderr while a command runs, in two formats: for people (pretty-log.ts) and for machines
 * (json-log.ts).
 */
import type { MigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import type { Level } from "./describe-event.js";
import type { Style } from "./style.js";

export interface Log {
  /** Receives the events of a run. */
  readonly emit: Listener;
  info(message: string): void;
  warn(message: string): void;
  error(error: MigrateError): void;
  /** Clears temporary lines from the terminal. Called before the document goes to stdout. */
  close(): void;
}

/** A text output, such as process.stdout. */
export interface Stream {
  write(text: string): unknown;
  /** Nobody reads it any more, or it can't be written. */
  once?(event: "error", heard: () => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export interface LogOptions {
  readonly format: "pretty" | "json";
  readonly level: Level;
  readonly stream: Stream;
  readonly style: Style;
  /** Removes secrets from text that someone else wrote (a stack trace). */
  foreign(text: string): string;
  /** A monotonic clock in milliseconds. */
  now?(): number;
}
