/** Writes texts and documents to stdout; with `--log-format json`, each as one line of JSON. */
import { jsonText } from "./json.js";
import type { Stream } from "./log.js";

export interface Output {
  print(text: string): void;
  printJson(document: unknown): void;
}

export function openOutput(stream: Stream, asLines: boolean): Output {
  const write = (text: string) => void stream.write(text);
  const line = (value: unknown) => write(`${JSON.stringify(value)}\n`);
  return asLines
    ? { print: (text) => line({ formatVersion: 1, text }), printJson: line }
    : { print: write, printJson: (value) => write(jsonText(value)) };
}
