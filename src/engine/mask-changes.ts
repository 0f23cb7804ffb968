/**
 * Hides secrets in what a step would change, by their places: where the files have one, where the schema of the step or
 * a name says that there is one, and what the server has there.
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

/** Of a URL only the credentials are secret. */
function hideAt(shown: unknown, pointer: string, value: string): Hide {
  return valueAt(shown, pointer) === maskUrls(value) ? maskUrls : () => masked;
}

/** What a file says in plain text is no secret in this place, though it may be one in another. */
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
  /** All of the value is such a secret. */
  readonly whole: Hide | undefined;
  /** For text that is not secret. */
  readonly plain: Hide;
}

/** That something is absent, and on which node, stays to be seen. */
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
