/**
 * The secrets of a run. There are two kinds, since masking must not damage what is not secret:
 *
 * Those of secret fields (passwords, tokens) stand in no sentence of ours, and in no path. They are searched for only in
 * what somebody else wrote: `foreign`.
 *
 * A value from a file may also stand in a field that is not secret, the name of a user for example. Our own sentences
 * and paths speak of it, so it is searched for there as well: `own`.
 */
import { redactHashes } from "./hashes.js";
import { createRedactor, shortestInWords } from "./redactor.js";
import { redactUrls } from "./urls.js";

type Redact = (text: string) => string;

/** What of a step is secret. */
export interface StepSecrets {
  readonly secrets: ReadonlyMap<string, string>;
  readonly spoken: readonly string[];
}

export class Secrets {
  readonly #all = new Set<string>();
  readonly #spoken = new Set<string>();
  #foreign: Redact | undefined;
  #own: Redact | undefined;
  #old: Redact | undefined;

  add(secrets: Iterable<string | undefined>): void {
    for (const secret of secrets) if (secret) this.#all.add(secret);
    this.#foreign = undefined;
    this.#old = undefined;
  }

  /** Values of fields that are not secret by themselves. */
  addSpoken(values: Iterable<string>): void {
    const given = [...values].filter((value) => value !== "");
    for (const value of given) this.#spoken.add(value);
    this.#own = undefined;
    this.add(given);
  }

  addSteps(steps: readonly StepSecrets[]): void {
    this.add(steps.flatMap(({ secrets }) => [...secrets.values()]));
    this.addSpoken(steps.flatMap(({ spoken }) => spoken));
  }

  /** Text that somebody else wrote, without any secret: a server's reason, an exception's message. */
  readonly foreign: Redact = (text) => {
    this.#foreign ??= createRedactor(this.#all);
    return this.#foreign(redactHashes(text));
  };

  /** A sentence or a path of ours. */
  readonly own: Redact = (text) => {
    if (this.#spoken.size === 0) return redactUrls(text);
    this.#own ??= createRedactor(this.#spoken);
    return this.#own(text);
  };

  /**
   * A value that the server has where nothing secret belongs. A secret of fewer than eight characters is found in words
   * that have nothing to do with it, so only longer ones are masked.
   */
  readonly oldValue: Redact = (text) => {
    this.#old ??= createRedactor([...this.#all].filter((secret) => secret.length >= shortestInWords));
    return this.#old(text);
  };
}
