/** An object of JSON: neither null nor a list. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value's members; nothing where it is no object. */
export function membersOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
