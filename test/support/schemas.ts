/** Small JSON Schemas of files whose formats no package describes: they have only what we use. */

/** An object with these properties and no others; those of `optional` may be missing. */
export const exactly = (properties: Readonly<Record<string, unknown>>, optional: readonly string[] = []) => ({
  type: "object",
  additionalProperties: false,
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

/** An object with any of these properties, and no others. */
export const only = (properties: Readonly<Record<string, unknown>>) => exactly(properties, Object.keys(properties));
