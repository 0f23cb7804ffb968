import { join } from "node:path/posix";
import type { StepFiles } from "../steps/step-files.js";

export interface MemoryFiles extends StepFiles {
  /** The problems that readers found. */
  readonly problems: readonly string[];
}

/** Files by path, with the interface that steps use, to check what will be read once they are written. */
export function memoryFiles(tree: ReadonlyMap<string, string>): MemoryFiles {
  const problems: string[] = [];
  const failed = (path: string) => void problems.push(`${path} does not exist`);
  const isFolder = (path: string) => [...tree.keys()].some((file) => file.startsWith(`${path}/`));
  return {
    problems,
    async text(path) {
      const text = tree.get(join(path));
      if (text === undefined) failed(path);
      return text?.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n");
    },
    // Documents are not imported.
    async large(path) {
      problems.push(`${path} is not read before it is written`);
      return undefined;
    },
    async kindOf(path) {
      if (tree.has(join(path))) return "file";
      if (isFolder(join(path))) return "folder";
      failed(path);
      return undefined;
    },
    async list(path) {
      const above = `${join(path)}/`;
      const rests = [...tree.keys()].filter((file) => file.startsWith(above)).map((file) => file.slice(above.length));
      const entries = new Map(rests.map((rest) => [rest.split("/", 1)[0] ?? rest, rest.includes("/")]));
      return [...entries].map(([name, folder]) => ({ name, folder })).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    problem(_at, _code, message) {
      problems.push(message);
    },
  };
}
