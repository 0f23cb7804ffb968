/** The CPU time of a node, with its JavaScript processes. */
import { readdir, readFile } from "node:fs/promises";

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Of the process and of its children that ended. */
  readonly ticks: number;
}

/** Seconds so far. @param name the node's name, as in `_membership` */
export async function cpuSeconds(name: string): Promise<number> {
  const all = (await Promise.all((await pids()).map(processOf))).flatMap((one) => one ?? []);
  const roots = await Promise.all(all.map(async (one) => ((await isNode(one.pid, name)) ? one.pid : [])));
  const tree = new Set(roots.flat());
  for (let before = -1; before !== tree.size; ) {
    before = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  return all.reduce((sum, { pid, ticks }) => sum + (tree.has(pid) ? ticks : 0), 0) / ticksPerSecond;
}

const ticksPerSecond = 100;

async function pids(): Promise<number[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}

async function processOf(pid: number): Promise<Process | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The program's name, in parentheses, may contain anything.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (!fields) return undefined;
  const ticks = fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0);
  return { pid, parent: Number(fields[1]), ticks };
}

async function isNode(pid: number, name: string): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return /beam/.test(line) && line.split("\0").includes(name);
}
