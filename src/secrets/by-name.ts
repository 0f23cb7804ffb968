import { masked } from "./masked.js";
import { isBooleanText, isSecretName } from "./names.js";
import { maskUrls } from "./urls.js";

/**
 * A value as it may be shown if only names determine what is secret. Booleans, numbers and null are shown unchanged.
 *
 * @param secret whether a name above the value is secret
 */
export function shownByName(value: unknown, secret = false): unknown {
  if (typeof value === "string") return secret && !isBooleanText(value) ? masked : maskUrls(value);
  if (Array.isArray(value)) return value.map((item) => shownByName(item, secret));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([key, child]) => [key, shownByName(child, secret || isSecretName(key))]);
  return Object.fromEntries(fields);
}

/** Whether something below is secret by its name. */
export function holdsSecretName(value: unknown, secret = false): boolean {
  if (typeof value === "string") return secret && value !== "" && !isBooleanText(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, child]) => holdsSecretName(child, secret || isSecretName(key)));
}
