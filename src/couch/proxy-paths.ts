/**
 * Checks that proxies in front of CouchDB pass on paths unchanged. A proxy that decodes them turns `_design/a+b` into
 * `_design/a b`, and `_design/a%2Fb` into an attachment of `_design/a`; CouchDB then answers with success, but for
 * another object.
 */
import { MigrateError } from "../contract/errors.js";
import type { Answer, ReadOptions } from "./couch.js";
import { type Path, path } from "./path.js";

type Read = (path: Path, options: ReadOptions) => Promise<Answer<{ readonly reason?: unknown } | null>>;

/** Characters that have another meaning in a path if they are not encoded. */
const fragile = "+%?#/";

/** Those of the characters that appear encoded in a path. */
export function fragileIn(encoded: string): string {
  return [...fragile].filter((character) => encoded.includes(encodeURIComponent(character))).join("");
}

export class ProxyPaths {
  readonly #read: Read;
  /** Pending and finished checks, by characters. */
  readonly #asked = new Map<string, Promise<void>>();

  constructor(read: Read) {
    this.#read = read;
  }

  /** Throws if these characters do not reach CouchDB. Checks each combination once; sends nothing if there are none. */
  async assertKept(characters: string): Promise<void> {
    if (characters === "") return;
    const asked = this.#asked.get(characters) ?? this.#ask(characters);
    this.#asked.set(characters, asked);
    await asked;
  }

  /**
   * CouchDB repeats the name of an unknown node in its error, since 2.0 (measured on 2.3, 3.3 and 3.5). Any other
   * answer proves nothing, and then the answers to the writes have to show it.
   */
  async #ask(characters: string): Promise<void> {
    // Decoded, it names the configuration of another node: 2.3 does not repeat the name for any other path.
    const sent = `couchdb-migrate${characters.replace("%", "%41")}_config`;
    const options = { accept: [400, 401, 403, 404], fresh: true, keep: false };
    const answer = await this.#read(path`/_node/${sent}/_config`, options).catch((error: unknown) => {
      if (error instanceof MigrateError && error.code === "interrupted") throw error;
      return undefined;
    });
    const received = answer?.status === 404 ? nodeIn(answer.body?.reason) : undefined;
    if (received === undefined || received === sent) return;
    throw new MigrateError("paths-decoded", {
      message: `A proxy in front of CouchDB decodes the paths of requests: ${list(characters)} in a name would reach CouchDB as another character.`,
      data: { sent, received },
    });
  }
}

function nodeIn(reason: unknown): string | undefined {
  return typeof reason === "string" ? /^no such node: (.*)$/s.exec(reason)?.[1] : undefined;
}

function list(characters: string): string {
  return [...characters].map((character) => `\`${character}\``).join(" or ");
}
