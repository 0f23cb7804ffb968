/** The forms in which a secret can leak: plain, encoded, or as a fast hash, which can be guessed. */
import { createHash } from "node:crypto";

export interface Form {
  readonly secret: string;
  readonly form: string;
  readonly text: string;
}

const hashes = ["md5", "sha1", "sha256", "sha512"] as const;
const encodings = ["hex", "base64", "base64url"] as const;

export function formsOf(name: string, secret: string): Form[] {
  const bytes = Buffer.from(secret);
  const encoded = encodeURIComponent(secret);
  const texts: [string, string][] = [
    ["unencoded", secret],
    ["in JSON", JSON.stringify(secret).slice(1, -1)],
    [
      "in JSON, ASCII only",
      JSON.stringify(secret)
        .slice(1, -1)
        .replace(/[^ -~]/g, unicodeEscape),
    ],
    ["in a URL", encoded],
    ["in a URL, in lower case", encoded.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())],
    ["in a form", encoded.replaceAll("%20", "+")],
    ["in HTML", secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")],
    ["in hex", bytes.toString("hex")],
    ["reversed", [...secret].reverse().join("")],
    ...[0, 1, 2].flatMap((before) => base64Within(bytes, before)),
    ...hashes.flatMap((hash) =>
      encodings.map((encoding): [string, string] => [
        `${hash} in ${encoding}`,
        createHash(hash).update(secret).digest(encoding),
      ]),
    ),
  ];
  return texts.map(([form, text]) => ({ secret: name, form, text }));
}

/** Base64 of a longer text, without the characters that the secret shares with its neighbours. */
function base64Within(bytes: Buffer, before: number): [string, string][] {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
  const inner = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  return [
    [`in base64, ${before} bytes in`, inner],
    [`in base64url, ${before} bytes in`, inner.replaceAll("+", "-").replaceAll("/", "_")],
  ];
}

function unicodeEscape(character: string): string {
  return [...Array(character.length).keys()]
    .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
    .join("");
}

export interface Hit extends Form {
  readonly place: string;
}

/** What left the process, by place, and the secrets found in it. */
export class Search {
  readonly #forms: readonly Form[];
  readonly #places = new Map<string, string>();

  constructor(secrets: Readonly<Record<string, string>>) {
    this.#forms = Object.entries(secrets).flatMap(([name, secret]) => formsOf(name, secret));
  }

  get places(): readonly string[] {
    return [...this.#places.keys()];
  }

  get characters(): number {
    return [...this.#places.values()].reduce((sum, text) => sum + text.length, 0);
  }

  /** A place is searched once: its name says what was done and what was searched. */
  add(place: string, text: string): void {
    if (this.#places.has(place)) throw new Error(`the place ${place} is searched twice`);
    this.#places.set(place, text);
  }

  hits(): Hit[] {
    return [...this.#places].flatMap(([place, text]) =>
      this.#forms.filter((form) => text.includes(form.text)).map((form) => ({ ...form, place })),
    );
  }
}
