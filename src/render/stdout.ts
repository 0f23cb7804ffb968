/** What goes to stdout: texts and documents; with `--log-format json` each of them as one line of JSON. */
import { jsonText } from "./json.js";
import type { Stream } from "./log.js";

export interface Output {
  print(text: string): void;
  printJson(document: unknown): void;
}

export function openOutput(stream: Stream, asLines: boolean, redact: (text: string) => string): Output {
  const write = (text: string) => void stream.write(text);
  const document = (value: unknown) => jsonText(value, redact);
  if (!asLines) return { print: (text) => write(redact(text)), printJson: (value) => write(document(value)) };
  const line = (json: string) => write(`${JSON.stringify(JSON.parse(json))}\n`);
  return {
    print: (text) => line(JSON.stringify({ formatVersion: 1, text: redact(text) })),
    printJson: (value) => line(document(value)),
  };
}
