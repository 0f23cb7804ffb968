/** Text of servers and files in Markdown: nothing of it is interpreted, and `@` notifies nobody. Pure. */
import { visible } from "../text/visible.js";
import type { Line } from "./changes.js";

export function code(text: string): string {
  return `<code>${html(text)}</code>`;
}

/** Inside an HTML element, where Markdown and mentions (`@`) may still work. */
export function html(text: string): string {
  return escaped(text)
    .replaceAll(/[\\`*[\]|~!]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll("@", "@&#8203;");
}

/** Text that Markdown shows as it is; `@` would notify people. */
export function inText(text: string): string {
  return escaped(text)
    .replaceAll(/[\\`*_[\]#|~!]/g, "\\$&")
    .replaceAll("@", "@&#8203;");
}

/** A fence longer than any run of backticks within. */
export function fenced(lines: readonly Line[]): string {
  const text = lines.map(({ mark, text: line }) => `${mark === "~" ? "!" : mark} ${line}`.trimEnd()).join("\n");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}diff\n${text}\n${fence}`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return visible(text).replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
