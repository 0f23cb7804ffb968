/** Hides secrets in what a step would change: where the files have one, what the server has there may be one too. */
import { fromPointer, valueAt } from "../migrations/pointer.js";
import { maskUrls } from "../migrations/secrets.js";
import { masked, type Step } from "../migrations/step.js";
import type { Change } from "../steps/kind.js";

type Hide = (text: string) => string;

export function maskChanges(changes: readonly Change[], step: Pick<Step, "secrets" | "shown">): readonly Change[] {
  const secrets = [...step.secrets].map(([pointer, value]) => {
    // Of a URL only the credentials are secret.
    const hide: Hide = valueAt(step.shown, pointer) === maskUrls(value) ? maskUrls : () => masked;
    return { pointer, hide };
  });
  return changes.map((change) => secrets.reduce((one, { pointer, hide }) => masking(one, pointer, hide), change));
}

function masking(change: Change, pointer: string, hide: Hide): Change {
  const { path, before, after } = change;
  if (isAtOrBelow(path, pointer)) return { path, before: hidden(before, hide), after: hidden(after, hide) };
  if (!isAtOrBelow(pointer, path)) return change;
  const rest = fromPointer(pointer.slice(path.length));
  return { path, before: hiddenAt(before, rest, hide), after: hiddenAt(after, rest, hide) };
}

function isAtOrBelow(pointer: string, above: string): boolean {
  return pointer === above || pointer.startsWith(`${above}/`);
}

/** That something is absent, and on which node, stays to be seen. */
function hidden(value: unknown, hide: Hide): unknown {
  if (value === null || value === undefined) return value;
  if (typeof value !== "object") return hide(String(value));
  if (Array.isArray(value)) return value.map((child) => hidden(child, hide));
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, hidden(child, hide)]));
}

function hiddenAt(value: unknown, [key, ...rest]: readonly string[], hide: Hide): unknown {
  if (key === undefined) return hidden(value, hide);
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return value;
  if (Array.isArray(value)) return value.map((child, i) => (String(i) === key ? hiddenAt(child, rest, hide) : child));
  return { ...value, [key]: hiddenAt((value as Record<string, unknown>)[key], rest, hide) };
}
