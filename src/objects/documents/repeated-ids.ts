/** Ids that stand in a file twice. In ascending order, as exports have them, none can; else their hashes are held. */
import type { Cut } from "./lines.js";
import { bodyOfSource } from "./source-document.js";

/** 16 MB of hashes. In larger files without order, an id that appears twice is not noticed. */
const most = 1_000_000;

export class OrderedIds {
  #last: string | undefined;
  #isOrdered = true;

  /** True where it is the same as the one before. */
  add(id: string): boolean {
    const isSame = id === this.#last;
    if (this.#last !== undefined && id < this.#last) this.#isOrdered = false;
    this.#last = id;
    return isSame;
  }

  /** Not only behind each other, which `add` says. */
  get mayRepeat(): boolean {
    return !this.#isOrdered;
  }
}

export interface Repeated {
  readonly id: string;
  readonly line: number;
}

export async function* repeatedIds(cuts: AsyncIterable<Cut>, documents: number): AsyncGenerator<Repeated> {
  if (documents > most) return;
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

/** 64 bits an id: among a million, two different ones are taken for the same once in thirty million files. */
class HashSet {
  readonly #slots: BigUint64Array;

  constructor(size: number) {
    this.#slots = new BigUint64Array(2 ** Math.ceil(Math.log2(size * 2 + 1)));
  }

  /** False: it was there. */
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

/** FNV-1a, with two beginnings, and mixed at the end. */
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
