/**
 * Refuses files that need more memory than this process may use: V8, or the system, would end it without an error. The
 * estimate is for `apply` and `plan`, and was within a quarter of what they needed (docs/kubernetes.md).
 */
import { MigrateError } from "../contract/errors.js";
import { besidesHeap, heapLimit, mib } from "../text/memory.js";
import { occurrences } from "../text/occurrences.js";

const program = 12 * mib;
const perNode = 500;
/** The syntax tree of a whole file is in memory while its steps are read. */
const perNodeOfLargestFile = 900;
const perCharacter = 1;
const perCharacterOfFile = 3;
const perFieldOfFile = 170;
/** The error names a little more, so that the files fit once that is allowed. */
const margin = 1.15;

/** Fields and list items, each of which is a node of YAML. Text in a node takes little more than its own size. */
const node = /:(?=[\s"'[{\d])|^\s*-(?=\s)/gm;

/** Fields of JSON. */
const field = /"\s*:/g;

/** Adds up what files need. */
export class Need {
  readonly #limit: number;
  #bytes = program;
  #largestFile = 0;

  /** @param limit of V8's heap, in bytes */
  constructor(limit = heapLimit()) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes + this.#largestFile;
  }

  get fits(): boolean {
    return this.bytes <= this.#limit;
  }

  addYaml(text: string): void {
    const nodes = occurrences(text, node);
    this.#bytes += text.length * perCharacter + nodes * perNode;
    this.#largestFile = Math.max(this.#largestFile, nodes * perNodeOfLargestFile);
  }

  /** A file that a step names, and that is not streamed. */
  addFile(text: string): void {
    this.#bytes += text.length * perCharacterOfFile + occurrences(text, field) * perFieldOfFile;
  }

  /** Throws `too-little-memory`. Call this when everything is added, so that the error says what all of it needs. */
  assertFits(): void {
    if (!this.fits) throw tooLittle(this.bytes, this.#limit);
  }
}

function tooLittle(needed: number, limit: number): MigrateError {
  const enough = needed * margin;
  const [heap, all, has] = [enough, enough + besidesHeap, limit].map((bytes) => Math.ceil(bytes / mib));
  return new MigrateError("too-little-memory", {
    message: `the files need about ${all} MiB of memory, ${heap} MiB of it for V8, which may use ${has} MiB`,
    next: `Raise the container's limit to ${all} MiB and set NODE_OPTIONS=--max-old-space-size=${heap}, or divide the files into several sets (--set).`,
    data: { needed: all, heap, limit: has },
  });
}
