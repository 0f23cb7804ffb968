/** Parses the text of one setting. Pure. */

import { didYouMean } from "../text/nearest.js";
import { visible } from "../text/visible.js";
import { longestDuration, parseDuration, writeDuration } from "./duration.js";
import type { Setting } from "./setting.js";

export type Value = string | number | boolean | readonly string[] | undefined;
/** `wrong`: a phrase that follows the name of the source. */
export type Parsed = { readonly value: Value } | { readonly wrong: string };

export function parseValue(setting: Setting, text: string): Parsed {
  if (setting.none && text === "none") return { value: undefined };
  switch (setting.type) {
    case "duration":
      return duration(setting, text);
    case "integer":
      return integer(setting, text);
    case "boolean":
      return boolean(text);
    case "enum":
      return choice(setting.choices ?? [], text);
    case "path":
      return text.includes("\0") ? { wrong: "is not a path" } : { value: text };
    case "paths":
      return paths(text);
    case "lines":
      return { value: text.split(/\r?\n/).filter((line) => line.trim() !== "") };
    case "string":
      // A URL may contain a login.
      if (setting.pattern?.test(text) === false)
        return { wrong: `${text.includes("://") ? "the value" : quote(text)} is not ${setting.hint}` };
      return { value: text };
  }
}

function paths(text: string): Parsed {
  const all = text.split(",");
  return all.some((one) => one === "" || one.includes("\0")) ? { wrong: "is not a list of paths" } : { value: all };
}

function duration(setting: Setting, text: string): Parsed {
  if (/^\d+$/.test(text)) return { wrong: `${quote(text)} needs a unit; write \`${text}s\`, or \`${text}m\`` };
  const value = parseDuration(text);
  if (value === undefined) return { wrong: `${quote(text)} is not a duration; write \`30s\` or \`5m\`` };
  const min = setting.min ?? 0;
  if (value < min) return { wrong: `${quote(text)} is too short; the minimum is \`${writeDuration(min)}\`` };
  const tooLong = `${quote(text)} is too long; the maximum is \`${writeDuration(longestDuration)}\``;
  return value > longestDuration ? { wrong: tooLong } : { value };
}

function integer({ min = 0, max = Number.MAX_SAFE_INTEGER }: Setting, text: string): Parsed {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (value === undefined) return { wrong: `${quote(text)} is not a whole number` };
  return value < min || value > max ? { wrong: `${text} is not between ${min} and ${max}` } : { value };
}

function boolean(text: string): Parsed {
  if (["true", "1", "yes", "on"].includes(text.toLowerCase())) return { value: true };
  if (["false", "0", "no", "off"].includes(text.toLowerCase())) return { value: false };
  return { wrong: `${quote(text)} is not \`true\` or \`false\`` };
}

function choice(choices: readonly string[], text: string): Parsed {
  if (choices.includes(text)) return { value: text };
  const all = choices.map((one) => `\`${one}\``).join(", ");
  return { wrong: `${quote(text)} is not one of ${all}${didYouMean(text, choices)}` };
}

export function quote(text: string): string {
  return `\`${visible(text.length > 60 ? `${text.slice(0, 60)}…` : text)}\``;
}
