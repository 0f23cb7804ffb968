/** The examples of a help text, one for each line, so that nothing breaks a command that people copy. Pure. */
import type { Command } from "./command.js";

/** Each meaning follows its command, or is below it if a line would be longer than `columns`. */
export function examplesText(program: string, examples: Command["examples"], columns: number): string {
  const lines = examples.map(([line, meaning]) => [`${program} ${line}`, meaning] as const);
  const width = Math.max(...lines.map(([line]) => line.length));
  const fits = lines.every(([, meaning]) => 2 + width + 2 + meaning.length <= columns);
  const texts = lines.map(([line, meaning]) =>
    fits ? `  ${line.padEnd(width)}  ${meaning}` : `  ${line}\n      ${meaning}`,
  );
  return `Examples:\n${texts.join("\n")}`;
}
