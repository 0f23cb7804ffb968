/**
 * Finds ids that appear twice in a file. In ascending order, as in exports, there can be none; otherwise their hashes
 * are kept.
 */
import type { Cut } from "./lines.js";
import { bodyOfSource } from "./source-document.js";

/** 16 MB of hashes. In larger unordered files, duplicate ids are not noticed. */
const maxHashes = 1_000_000;

export class OrderedIds {
  #last: string | undefined;
  #isOrdered = true;

  /** True if the id is the same as the previous one. */
  add(id: string): boolean {
    const isSame = id === this.#last;
    if (this.#last !== undefined && id < this.#last) this.#isOrdered = false;
    this.#last = id;
    return isSame;
  }

  /** Not only consecutively, which `add` reports. */
  get mayRepeat(): boolean {
    return !this.#isOrdered;
  }
}

export interface Repeated {
  readonly id: string;
  readonly line: number;
}

export async function* repeatedIds(cuts: AsyncIterable<Cut>, documents: number): AsyncGenerator<Repeated> {
  if (documents > maxHashes) return;
  const seen = new HashSet(documents);
  let last: string | undefined;
  for await (const { pieces } of cuts) {
    for (const { text, line } of pieces) {
      const { id } = bodyOfSource(text);
      if (!seen.add(id) && id !== last) yield { id, line };
      last = id;
    }
  }
}

/** 64 bits per id: among a million ids, a collision occurs once in thirty million files. */
class HashSet {
  readonly #slots: BigUint64Array;

  constructor(size: number) {
    this.#slots = new BigUint64Array(2 ** Math.ceil(Math.log2(size * 2 + 1)));
  }

  /** False: it already existed. */
  add(id: string): boolean {
    const slots = this.#slots;
    const [low, high] = hashOf(id);
    const hash = (BigInt(high) << 32n) | BigInt(low) || 1n;
    for (let at = low % slots.length; ; at = (at + 1) % slots.length) {
      if (slots[at] === hash) return false;
      if (slots[at] === 0n) {
        slots[at] = hash;
        return true;
      }
    }
  }
}

/** FNV-1a with two different seeds, mixed at the end. */
function hashOf(id: string): readonly [number, number] {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let i = 0; i < id.length; i += 1) {
    const code = id.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code ^ (low >>> 15), 0x85ebca6b);
  }
  return [mixed(low), mixed(high)];
}

function mixed(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
