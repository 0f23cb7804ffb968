/** A container's termination message: Kubernetes reads it from a file and shows it in the pod's state. */
import { existsSync, writeFileSync } from "node:fs";

const standard = "/dev/termination-log";
/** The maximum that Kubernetes reads. */
const maxBytes = 4096;

/** The message of a run for an environment. */
export function inEnvironment(message: string, environment: string | undefined): string {
  return environment === undefined ? message : `${environment}: ${message}`;
}

/** `file`: undefined with `given` means that the user wants no file. A failure to write is ignored. */
export function writeTermination(message: string, file: string | undefined, given: boolean): void {
  const target = file ?? (!given && existsSync(standard) ? standard : undefined);
  if (target === undefined) return;
  try {
    writeFileSync(target, terminationLine(message));
  } catch {
    // A read-only or missing file must not turn a success into a failure.
  }
}

/** One line of at most 4,096 bytes; never cuts a character in two. */
export function terminationLine(message: string): string {
  const line = message.replaceAll(/\s+/g, " ").trim();
  const bytes = Buffer.from(`${line}\n`);
  if (bytes.length <= maxBytes) return `${line}\n`;
  const cut = new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(bytes.subarray(0, maxBytes - 8))
    .replace(/\uFFFD+$/, "");
  return `${cut}…\n`;
}
