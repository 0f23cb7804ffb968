import { shortestInWords } from "./redactor.js";

/** The values of headers, and those parts of them that a gateway may quote alone: a cookie, the key of `ApiKey …`. */
export function headerSecrets(headers: Readonly<Record<string, string>> = {}): readonly string[] {
  const values = Object.values(headers).map(String);
  const words = values.flatMap((value) => value.split(/[\s;,]+/));
  const parts = words.flatMap((word) => [word, word.slice(word.indexOf("=") + 1)]);
  return [...values, ...parts.filter((part) => part.length >= shortestInWords)];
}
