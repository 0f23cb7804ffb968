/**
 * The secrets of a run. There are two kinds, so that masking does not damage text that is not secret:
 *
 * Secrets from secret fields (passwords, tokens) never appear in our own sentences or paths. They are only searched
 * for in text that someone else wrote: `foreign`.
 *
 * A value from a file may also be in a field that is not secret, such as the name of a user. Our own sentences and
 * paths contain it, so it is searched for there as well: `own`.
 */
import { redactHashes } from "./hashes.js";
import { createRedactor, shortestInWords } from "./redactor.js";
import { redactUrls } from "./urls.js";

type Redact = (text: string) => string;

/** The secret parts of a step. */
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

  /** Removes every secret from text that someone else wrote: a server's reason, an exception's message. */
  readonly foreign: Redact = (text) => {
    this.#foreign ??= createRedactor(this.#all);
    return this.#foreign(redactHashes(text));
  };

  /** Removes secrets from a sentence or a path of ours. */
  readonly own: Redact = (text) => {
    if (this.#spoken.size === 0) return redactUrls(text);
    this.#own ??= createRedactor(this.#spoken);
    return this.#own(text);
  };

  /**
   * Masks a value from the server in a field that should not be secret. A secret of fewer than eight characters also
   * occurs in unrelated words, so only longer ones are masked.
   */
  readonly oldValue: Redact = (text) => {
    this.#old ??= createRedactor([...this.#all].filter((secret) => secret.length >= shortestInWords));
    return this.#old(text);
  };
}
