/** Whether CouchDB has answered yet; and says that it is waited for while it does not answer at all. */
import type { Listener } from "../contract/events.js";
import { schemeHint } from "./wrong-address.js";

/** It is said after this, then after twice that, and so on. Milliseconds. */
export const firstSaid = 1_000;

export class Contact {
  /** CouchDB has answered. */
  made = false;
  /** What came instead of its answer, last. */
  trouble: string;
  readonly #url: string;
  readonly #emit: Listener;
  #began: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(url: string, emit: Listener) {
    this.#url = url;
    this.trouble = `no answer yet${schemeHint("timeout", false, url)}`;
    this.#emit = emit;
  }

  /** A request is sent. */
  begin(): void {
    if (this.#began !== undefined) return;
    this.#began = performance.now();
    this.#sayAfter(firstSaid);
  }

  /** CouchDB has answered. */
  make(): void {
    this.made = true;
    this.end();
  }

  /** A request had another outcome, which the waiting messages report from now on. */
  fail(trouble: string): void {
    this.trouble = trouble;
    this.end();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #sayAfter(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      const waited = Math.round(performance.now() - (this.#began ?? 0));
      this.#emit({ type: "waiting", url: this.#url, reason: this.trouble, milliseconds: waited });
      this.#sayAfter(milliseconds * 2);
    }, milliseconds).unref();
  }
}
