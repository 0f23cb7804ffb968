import { createRedactor } from "../secrets.js";

/** The secrets that a run has come to know, and text without them. */
export class Redaction {
  readonly #secrets = new Set<string>();
  #redact = createRedactor([]);

  add(secrets: Iterable<string | undefined>): void {
    for (const secret of secrets) if (secret) this.#secrets.add(secret);
    this.#redact = createRedactor(this.#secrets);
  }

  readonly redact = (text: string): string => this.#redact(text);
}
