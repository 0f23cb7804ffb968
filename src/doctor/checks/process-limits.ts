/** What the operating system allows this process. */
import { readFileSync } from "node:fs";
import { constrainedMemory } from "node:process";
import { grouped, size } from "../../text/quantity.js";
import { type CheckKind, ok, warning } from "../check.js";

/** Bytes; docs/kubernetes.md gives a pod as much. */
const leastMemory = 64 * 1024 * 1024;
/** One run opens a connection per database that it works on, and the files of a set one after the other. */
const leastFiles = 256;

export const processLimits: CheckKind = {
  group: "machine",
  name: "process-limits",
  find() {
    const files = openFiles();
    const memory = memoryLimit();
    const facts = { openFiles: files ?? null, memory: memory ?? null };
    const detail = [
      `open files: ${files === undefined ? "unknown" : grouped(files)}`,
      `memory: ${memory === undefined ? "not limited" : size(memory)}`,
    ].join(", ");
    if (memory !== undefined && memory < leastMemory) {
      return warning(detail, "Give the process at least 64 MiB of memory.", { facts });
    }
    if (files !== undefined && files < leastFiles) {
      return warning(detail, `Allow at least ${leastFiles} open files (\`ulimit -n\`).`, { facts });
    }
    return ok(detail, { facts });
  },
};

/** `undefined`: unlimited, or not Linux. */
function openFiles(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** Without a limit, Node.js says 0 or a number that no machine has. */
function memoryLimit(): number | undefined {
  const bytes = constrainedMemory();
  return bytes > 0 && bytes < 2 ** 50 ? bytes : undefined;
}
