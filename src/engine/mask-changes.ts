/**
 * Hides the secrets in a step's changes, by their places: where the files have a secret, where the step's schema or a
 * name marks one, and what the server has there.
 */

import type { Change } from "../contract/results.js";
import { inside, isSecretText, type Secrecy, secrecyAt } from "../migrations/secrecy.js";
import type { Step } from "../migrations/step.js";
import { masked } from "../secrets/masked.js";
import type { Secrets } from "../secrets/secrets.js";
import { shownUnknown } from "../secrets/unknown.js";
import { maskUrls, redactUrls } from "../secrets/urls.js";
import type { Schema } from "../steps/schema.js";
import { fromPointer, toPointer, valueAt } from "../text/pointer.js";

type Hide = (text: string) => string;

export function maskChanges(
  changes: readonly Change[],
  step: Pick<Step, "secrets" | "unknown" | "shown">,
  schema: Schema,
  run: Pick<Secrets, "oldValue">,
): readonly Change[] {
  const inFiles = new Map([...step.secrets].map(([pointer, value]) => [pointer, hideAt(step.shown, pointer, value)]));
  const unknown = step.unknown ?? [];
  const withUnknown = (shown: string) => new Map([...inFiles, ...unknown.map((at) => [at, () => shown] as const)]);
  const [known, wanted] = [withUnknown(masked), withUnknown(shownUnknown)];
  return changes.map(({ path, before, after, ...said }) => {
    const place = secrecyAt(schema, path);
    const old: Hide = (text) => (after === text || saysSo(after, run.oldValue) ? redactUrls(text) : run.oldValue(text));
    return {
      path,
      before: shownValue(before, { place, at: path, known, whole: aboveIn(known, path), plain: old }),
      after: shownValue(after, { place, at: path, known: wanted, whole: aboveIn(wanted, path), plain: redactUrls }),
      ...said,
    };
  });
}

/** In a URL, only the credentials are secret. */
function hideAt(shown: unknown, pointer: string, value: string): Hide {
  return valueAt(shown, pointer) === maskUrls(value) ? maskUrls : () => masked;
}

/** Text that a file contains in plain is not secret in this place, although it may be in another. */
function saysSo(after: unknown, redact: Hide): boolean {
  return typeof after === "string" && redact(after) !== redactUrls(after);
}

function aboveIn(known: ReadonlyMap<string, Hide>, path: string): Hide | undefined {
  const segments = fromPointer(path);
  for (let length = segments.length; length >= 0 && known.size > 0; length -= 1) {
    const hide = known.get(toPointer(segments.slice(0, length)));
    if (hide) return hide;
  }
  return undefined;
}

interface Place {
  readonly place: Secrecy;
  readonly at: string;
  /** The secrets of the files, by their pointers. */
  readonly known: ReadonlyMap<string, Hide>;
  /** The whole value is such a secret. */
  readonly whole: Hide | undefined;
  /** For text that is not secret. */
  readonly plain: Hide;
}

/** It stays visible that something is missing, and on which node. */
function shownValue(value: unknown, where: Place): unknown {
  const { place, at, known, whole, plain } = where;
  if (value === null || value === undefined) return value;
  if (typeof value === "string") return whole ? whole(value) : isSecretText(place, value) ? masked : plain(value);
  if (typeof value !== "object") return whole ? whole(String(value)) : value;
  const child = (key: string | number, part: unknown) => {
    const pointer = known.size > 0 ? `${at}${toPointer([key])}` : at;
    return shownValue(part, { ...where, place: inside(place, key), at: pointer, whole: whole ?? known.get(pointer) });
  };
  if (Array.isArray(value)) return value.map((part, i) => child(i, part));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, child(key, part)]));
}
