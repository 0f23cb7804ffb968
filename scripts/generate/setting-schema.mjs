/**
 * The JSON Schema of one setting's value in couchdb-migrate.yaml. The reader parses the text of a value as it is written,
 * so text may also be a number or a boolean without quotes, if it matches then.
 */
export function settingSchema(setting) {
  const { description, default: text, none } = setting;
  const { pattern, ...value } = schemaOf(setting);
  return {
    description: `${description[0].toUpperCase()}${description.slice(1)}.`,
    ...(text === undefined ? {} : { default: /^(?:true|false|\d+)$/.test(text) ? JSON.parse(text) : text }),
    ...value,
    ...(pattern === undefined ? {} : { pattern: none ? `^none$|${pattern}` : pattern }),
  };
}

const scalar = ["string", "number", "boolean"];

function schemaOf({ type, choices = [], none, pattern, min = 0, max = 999_999_999_999_999 }) {
  switch (type) {
    case "duration":
      return { type: "string", pattern: durationPattern(min), examples: ["30s", "5m", "1h30m", "500ms"] };
    case "integer":
      return { type: ["integer", "string"], minimum: min, maximum: max, pattern: "^\\d{1,15}$" };
    case "boolean":
      return { type: ["boolean", "integer", "string"], minimum: 0, maximum: 1, pattern: booleanPattern };
    case "enum":
      return { enum: none ? [...choices, "none"] : choices };
    case "path":
      return { type: scalar, pattern: "^[^\\u0000]+$" };
    case "paths":
      return { anyOf: [several, { type: "array", minItems: 1, items: several }] };
    case "string":
      return pattern === undefined ? { type: scalar, minLength: 1 } : textLike(pattern);
    default:
      throw new Error(`settings of the type ${type} have no schema`);
  }
}

const several = { type: scalar, pattern: "^[^,\\u0000]+(?:,[^,\\u0000]+)*$" };

const booleanPattern = `^(?:${["true", "false", "yes", "no", "on", "off"].map(inAnyCase).join("|")}|0|1)$`;

function inAnyCase(word) {
  return word.replaceAll(/./g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}

const notation = "(?=.)(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?(?:\\d+ms)?$";

function durationPattern(min) {
  if (min === 0) return `^${notation}`;
  if (min === 1) return `^(?=.*[1-9])${notation}`;
  if (min === 1000) return `^(?=.*(?:[1-9]\\d*(?:h|m(?!s)|s)|[1-9]\\d{3,}ms))${notation}`;
  throw new Error(`write a pattern for durations of at least ${min} ms`);
}

/** The types that text matching the pattern may have without quotes. */
function textLike(pattern) {
  if (pattern.flags !== "") throw new Error(`JSON Schema has no flags: ${pattern}`);
  const numeric = pattern.test("1.5") ? ["number"] : pattern.test("1") ? ["integer"] : [];
  return {
    type: ["string", ...numeric, ...(pattern.test("true") && pattern.test("false") ? ["boolean"] : [])],
    ...(numeric.length > 0 && !pattern.test("-1") && { minimum: pattern.test("0") ? 0 : 1 }),
    pattern: pattern.source,
  };
}
