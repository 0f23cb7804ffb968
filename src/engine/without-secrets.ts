import { MigrateError, toMigrateError } from "../contract/errors.js";
import type { Secrets } from "../secrets/secrets.js";

/**
 * Removes secrets from an error of a step or the engine, so that it can be shown. Our own sentences may contain a
 * secret that is a name; the message of an unexpected exception was written by someone else.
 */
export function withoutSecrets(thrown: unknown, { own, foreign }: Pick<Secrets, "own" | "foreign">): MigrateError {
  const error = toMigrateError(thrown);
  // Problems of the files contain no secrets.
  if (error.constructor !== MigrateError) return error;
  const clean = error.code === "bug" ? foreign : own;
  const message = clean(error.message);
  const next = clean(error.next);
  const data: [string, unknown][] = Object.entries(error.data).map(([key, value]) => [
    key,
    kept.has(key) ? value : cleaned(value, clean),
  ]);
  const changed = message !== error.message || next !== error.next || data.some(([key, is]) => is !== error.data[key]);
  if (!changed) return error;
  return new MigrateError(error.code, { message, next, data: Object.fromEntries(data), cause: error.cause });
}

/** An id is never masked, and the result of a run contains no secrets. */
const kept: ReadonlySet<string> = new Set(["id", "result"]);

function cleaned(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === "string") return clean(value);
  if (!Array.isArray(value)) return value;
  const items = value.map((item) => cleaned(item, clean));
  return items.every((item, i) => item === value[i]) ? value : items;
}
