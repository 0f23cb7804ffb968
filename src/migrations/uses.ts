import type { Position } from "../contract/problem.js";
import { type Environments, meet } from "./environments.js";
import type { Problems } from "./problems.js";

/** A place in the files, and the environments of the step there. */
interface Limited {
  readonly at: Position;
  readonly environments: Environments;
}

/** By id or object: where it is used. Steps that never meet may use the same. */
class Places {
  readonly #places = new Map<string, Limited[]>();

  /** The earlier place that this one collides with. Undefined: there is none, and this one is kept. */
  add(name: string, place: Limited): Limited | undefined {
    const first = this.find(name, place.environments);
    if (!first) this.#places.set(name, [...(this.#places.get(name) ?? []), place]);
    return first;
  }

  find(name: string, environments: Environments): Limited | undefined {
    return this.#places.get(name)?.find((one) => meet(one.environments, environments));
  }

  get all(): [string, Limited][] {
    return [...this.#places].flatMap(([name, places]) => places.map((place): [string, Limited] => [name, place]));
  }
}

/** Rules for the whole set: ids are unique; in each environment, claimed objects are, and what must come first does. */
export class Uses {
  readonly #problems: Problems;
  readonly #ids = new Map<string, Limited>();
  readonly #formerIds = new Places();
  readonly #claims = new Places();
  readonly #steps: Limited[] = [];

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  id(id: string, at: Position, environments: Environments): void {
    const first = this.#ids.get(id);
    if (!first) this.#ids.set(id, { at, environments });
    else {
      const message = `id \`${id}\` is already used at ${where(first.at)}; ids must be unique across all files`;
      this.#problems.add(at, "duplicate-id", message, id);
    }
  }

  formerId(id: string, at: Position, environments: Environments): void {
    const first = this.#formerIds.add(id, { at, environments });
    if (!first) return;
    const message = `the former id \`${id}\` is already used at ${where(first.at)}; only one step can have had it`;
    this.#problems.add(at, "formerly-twice", message, id);
  }

  /** Called when all files are read. */
  end(): void {
    for (const [id, { at, environments }] of this.#formerIds.all) {
      const step = this.#ids.get(id);
      if (!step || !meet(step.environments, environments)) continue;
      const message = `\`${id}\` can't be a former id: it is still the id of the step at ${where(step.at)}`;
      this.#problems.add(at, "former-id-in-use", message, id);
    }
  }

  step(at: Position, environments: Environments): void {
    this.#steps.push({ at, environments });
  }

  /** A step of this kind has to come before all others. */
  first(kind: string, at: Position, environments: Environments): void {
    const before = this.#steps.find((one) => meet(one.environments, environments));
    if (!before) return;
    const message = `\`${kind}\` must be the first step of the set, before the one at ${where(before.at)}`;
    this.#problems.add(at, "not-first", message, kind);
  }

  claims(claims: readonly string[], at: Position, environments: Environments): void {
    for (const claim of new Set(claims)) {
      const first = this.#claims.add(claim, { at, environments });
      if (!first) continue;
      const message = `${claim} is already declared at ${where(first.at)}; edit that step instead`;
      this.#problems.add(at, "claimed-twice", message, claim);
    }
  }
}

function where({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}
