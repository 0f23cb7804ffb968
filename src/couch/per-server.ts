/** What is known of a server, or shared in a run, under whatever lease it is spoken to. */
import type { Couch } from "./couch.js";

export class PerServer<Value> {
  readonly #values = new WeakMap<Couch, Value>();

  get(couch: Couch): Value | undefined {
    return this.#values.get(serverOf(couch));
  }

  set(couch: Couch, value: Value): void {
    this.#values.set(serverOf(couch), value);
  }

  delete(couch: Couch): void {
    this.#values.delete(serverOf(couch));
  }

  /** The value, made at first use. */
  of(couch: Couch, make: (server: Couch) => Value): Value {
    const server = serverOf(couch);
    const value = this.#values.get(server) ?? make(server);
    this.#values.set(server, value);
    return value;
  }
}

function serverOf(couch: Couch): Couch {
  return couch.behind ?? couch;
}
