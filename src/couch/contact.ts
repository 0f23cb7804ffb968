/** Tracks whether CouchDB has answered yet; until then, reports that the run is waiting for it. */
import type { Listener } from "../contract/events.js";
import { schemeHint } from "./wrong-address.js";

/** The first report comes after this time, the next one after twice as long, and so on. Milliseconds. */
export const firstSaid = 1_000;

export class Contact {
  /** CouchDB has answered. */
  made = false;
  /** The latest result other than a response from CouchDB. */
  trouble: string;
  /** CouchDB, or a proxy, answered, but refuses requests because of a rate limit. */
  limit: string | undefined;
  readonly #url: string;
  readonly #emit: Listener;
  #began: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(url: string, emit: Listener) {
    this.#url = url;
    this.trouble = `no answer yet${schemeHint("timeout", false, url)}`;
    this.#emit = emit;
  }

  /** A request is about to be sent. */
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

  /** A request had another outcome; the next waiting messages report it. */
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
