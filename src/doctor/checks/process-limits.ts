/** What the operating system allows this process. */
import { readFileSync } from "node:fs";
import { constrainedMemory } from "node:process";
import { grouped, size } from "../../text/quantity.js";
import { type CheckKind, ok, warning } from "../check.js";

/** Bytes; the same amount that docs/kubernetes.md gives a pod. */
const minMemory = 64 * 1024 * 1024;
/** A run opens a connection per database that it works on, and opens the files of a set one after another. */
const minFiles = 256;

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
    if (memory !== undefined && memory < minMemory) {
      return warning(detail, "Give the process at least 64 MiB of memory.", { facts });
    }
    if (files !== undefined && files < minFiles) {
      return warning(detail, `Allow at least ${minFiles} open files (\`ulimit -n\`).`, { facts });
    }
    return ok(detail, { facts });
  },
};

/** `undefined`: unlimited, or the system is not Linux. */
function openFiles(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** If there is no limit, Node.js returns 0 or a number larger than any machine's memory. */
function memoryLimit(): number | undefined {
  const bytes = constrainedMemory();
  return bytes > 0 && bytes < 2 ** 50 ? bytes : undefined;
}
