// Preloaded into a process: writes its peak resident memory, in bytes, to the file that BENCH_PEAK names.
const { readFileSync, writeFileSync } = require("node:fs");

process.once("exit", () => {
  writeFileSync(process.env.BENCH_PEAK, String(peak()));
});

/**
 * On Linux, the high-water mark of this program's own memory: the value of getrusage includes the parent's memory at
 * the time of the fork.
 */
function peak() {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    return Number(kibibytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
