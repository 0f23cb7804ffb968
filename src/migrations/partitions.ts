import { type Environments, meet } from "./environments.js";

interface Made {
  readonly name: string;
  readonly partitioned: boolean;
  readonly environments: Environments;
}

/** The databases that the steps read so far create, and whether they are partitioned. */
export class Partitions {
  readonly #made: Made[] = [];
  readonly #all = new Map<string, boolean>();
  #limited = false;

  add({ name, partitioned, environments }: Made): void {
    this.#made.push({ name, partitioned, environments });
    this.#all.set(name, partitioned);
    this.#limited ||= environments !== undefined;
  }

  /** Those that exist where a step of these environments does. */
  for(environments: Environments): ReadonlyMap<string, boolean> {
    if (!this.#limited) return this.#all;
    const made = this.#made.filter((one) => meet(one.environments, environments));
    return new Map(made.map(({ name, partitioned }) => [name, partitioned]));
  }
}
