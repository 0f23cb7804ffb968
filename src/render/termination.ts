/** The last word of a container: Kubernetes reads it from a file and shows it in the pod's state. */
import { existsSync, writeFileSync } from "node:fs";

const standard = "/dev/termination-log";
/** What Kubernetes reads of it. */
const most = 4096;

/** `file`: undefined with `given` means that the user wants none. A failure to write changes nothing. */
export function writeTermination(message: string, file: string | undefined, given: boolean): void {
  const target = file ?? (!given && existsSync(standard) ? standard : undefined);
  if (target === undefined) return;
  try {
    writeFileSync(target, terminationLine(message));
  } catch {
    // A read-only or missing file must not turn a success into a failure.
  }
}

/** One line of at most 4,096 bytes, cut between two characters. */
export function terminationLine(message: string): string {
  const line = message.replaceAll(/\s+/g, " ").trim();
  const bytes = Buffer.from(`${line}\n`);
  if (bytes.length <= most) return `${line}\n`;
  const cut = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, most - 8)).replace(/\uFFFD+$/, "");
  return `${cut}…\n`;
}
