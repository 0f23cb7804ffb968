import { bug } from "../contract/errors.js";
import { InvalidInput, type Position, type Problem } from "../contract/problem.js";
import { Secrets } from "../secrets/secrets.js";
import { redactUrls } from "../secrets/urls.js";
import { cut } from "../text/cut.js";
import { visible } from "../text/visible.js";

/** Collects problems while loading continues, so that all of them are reported at once. */
export class Problems {
  readonly #found = new Map<string, Problem>();
  readonly #literal = new Set<string>();
  readonly #secrets = new Secrets();
  #count = 0;

  /** The number of reports. The same problem may count twice, if aliases lead to one place. */
  get count(): number {
    return this.#count;
  }

  /**
   * `text`: the offending text as it is in the file; it is made visible and shortened here. `literal`: message and
   * text contain nothing from a variable, so if they happen to equal a secret, that is not a leak.
   */
  add(at: Position, code: string, message: string, text?: string, { literal = false } = {}): void {
    this.#count++;
    const problem = {
      file: at.file,
      line: at.line,
      column: at.column,
      code,
      message,
      ...(text !== undefined && { text }),
    };
    const key = `${at.file}:${at.line}:${at.column}:${code}:${message}`;
    this.#found.set(key, problem);
    if (literal) this.#literal.add(key);
  }

  /** Ends the load with only this problem: all others follow from it, and are too many to read. */
  only(...problem: Parameters<Problems["add"]>): never {
    this.#found.clear();
    this.add(...problem);
    this.throwIfAny();
    throw bug("a problem was added, and there is none");
  }

  /** Values of fields that are not secret by themselves: sentences may contain them, so every problem hides them. */
  hide(spoken: readonly string[]): void {
    this.#secrets.addSpoken(spoken);
  }

  /** Values of secret fields: our sentences do not contain them, but a script's errors may. */
  knows(secrets: Iterable<string | undefined>): void {
    this.#secrets.add(secrets);
  }

  /** Removes the secrets that are known so far from text that someone else wrote. */
  readonly foreign = (text: string): string => this.#secrets.foreign(text);

  /** In the order of the files, without secrets. */
  all(): Problem[] {
    return [...this.#found].map(this.#clean, this).sort(byPosition);
  }

  throwIfAny(): void {
    if (this.#found.size > 0) throw new InvalidInput(this.all());
  }

  #clean([key, problem]: [string, Problem]): Problem {
    const { foreign } = this.#secrets;
    const own = this.#literal.has(key) ? redactUrls : this.#secrets.own;
    const message = visible((foreignCodes.has(problem.code) ? foreign : own)(problem.message));
    if (problem.text === undefined) return { ...problem, message };
    return { ...problem, message, text: shown(own(problem.text)) };
  }
}

/** Codes whose messages contain an exception's message. */
const foreignCodes: ReadonlySet<string> = new Set(["script-fails", "script-syntax"]);

const longest = 80;

/** Text of the input as a problem shows it. */
function shown(text: string): string {
  // Cut first, because the input may be megabytes long.
  return visible(cut(text, longest));
}

/** Quotes text for a sentence. */
export function quoted(text: string): string {
  return `\`${shown(text)}\``;
}

function byPosition(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
