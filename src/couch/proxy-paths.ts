/**
 * Whether what stands between us and CouchDB passes paths on as they are sent. A proxy that decodes them turns
 * `_design/a+b` into `_design/a b`, and `_design/a%2Fb` into an attachment of `_design/a`; CouchDB then answers with
 * success, for another object than was named.
 */
import { MigrateError } from "../contract/errors.js";
import type { Answer, ReadOptions } from "./couch.js";
import { type Path, path } from "./path.js";

type Read = (path: Path, options: ReadOptions) => Promise<Answer<{ readonly reason?: unknown } | null>>;

/** Characters that mean something else in a path where they are not encoded. */
const fragile = "+%?#/";

/** Those of them that stand encoded in a path. */
export function fragileIn(encoded: string): string {
  return [...fragile].filter((character) => encoded.includes(encodeURIComponent(character))).join("");
}

export class ProxyPaths {
  readonly #read: Read;
  /** By the characters that were asked about. */
  readonly #asked = new Map<string, Promise<void>>();

  constructor(read: Read) {
    this.#read = read;
  }

  /** Throws where these characters do not reach CouchDB. Asks once for the same ones; for none, not at all. */
  async assertKept(characters: string): Promise<void> {
    if (characters === "") return;
    const asked = this.#asked.get(characters) ?? this.#ask(characters);
    this.#asked.set(characters, asked);
    await asked;
  }

  /**
   * CouchDB repeats the name of a node that it does not know, since 2.0 (measured on 2.3, 3.3 and 3.5). Any other answer
   * tells nothing, and then the answers to the writes have to show it.
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
