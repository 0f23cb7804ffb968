/**
 * Predicts the revision that CouchDB will give to an edit. CouchDB derives it only from the parent and the content
 * (`couch_db:new_revid`): the MD5 of Erlang's external term format of `[Deleted, Generation, Parent, Body,
 * Attachments]`. So if the revision is in a document's history, exactly this edit took place.
 *
 * The prediction need not be right on every server: see `isCalibrated` in transform/marker.ts, and what
 * transform/fate.ts decides without it.
 */
import { createHash } from "node:crypto";
import { isObject, type JsonObject, membersOf } from "../text/json.js";

/**
 * @param document as it is sent, with its keys in this order; fields that begin with `_` are not part of the body
 * @param parent the previous revision, `3-…`; `0`: there is none
 */
export function predictedRevision(document: JsonObject, parent: string): string {
  const [generation = "0", hash = ""] = parent.split("-", 2);
  const out = new Bytes();
  const next = Number(generation) + 1;
  out.put(131);
  out.list(5);
  out.atom(document._deleted === true ? "true" : "false");
  out.integer(Number(generation));
  if (hash === "") out.integer(0);
  else out.binary(Buffer.from(hash, "hex"));
  out.object(Object.entries(document).filter(([key]) => !key.startsWith("_")));
  attachments(out, document._attachments);
  out.nil();
  return `${next}-${createHash("md5").update(out.bytes()).digest("hex")}`;
}

/** `{Name, Type, Md5}` for each attachment, in reverse order. */
function attachments(out: Bytes, value: unknown): void {
  const all = Object.entries(membersOf(value)).reverse();
  if (all.length > 0) out.list(all.length);
  for (const [name, stub] of all) {
    const { content_type, digest } = membersOf(stub);
    out.tuple(3);
    out.text(name);
    out.text(String(content_type));
    out.binary(Buffer.from(String(digest).replace(/^md5-/, ""), "base64"));
  }
  out.nil();
}

/** The tags come from Erlang's documentation of its external term format. */
const tag = {
  float: 70,
  small: 97,
  integer: 98,
  atom: 100,
  tuple: 104,
  nil: 106,
  bytes: 107,
  list: 108,
  binary: 109,
  big: 110,
};
const longestByteList = 65_535;

class Bytes {
  #buffer = Buffer.allocUnsafe(1024);
  #length = 0;

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  put(byte: number): void {
    const at = this.#room(1);
    this.#buffer[at] = byte;
  }

  atom(name: string): void {
    this.put(tag.atom);
    const at = this.#room(2 + name.length);
    this.#buffer.writeUInt16BE(name.length, at);
    this.#buffer.write(name, at + 2, "latin1");
  }

  nil(): void {
    this.put(tag.nil);
  }

  tuple(length: number): void {
    this.put(tag.tuple);
    this.put(length);
  }

  list(length: number): void {
    this.#head(tag.list, length);
  }

  binary(bytes: Buffer): void {
    this.#head(tag.binary, bytes.length);
    const at = this.#room(bytes.length);
    bytes.copy(this.#buffer, at);
  }

  text(text: string): void {
    const length = Buffer.byteLength(text);
    this.#head(tag.binary, length);
    const at = this.#room(length);
    this.#buffer.write(text, at, "utf8");
  }

  /** `{[{Key, Value}, …]}` */
  object(members: readonly (readonly [string, unknown])[]): void {
    this.tuple(1);
    if (members.length > 0) this.list(members.length);
    for (const [key, member] of members) {
      this.tuple(2);
      this.text(key);
      this.#value(member);
    }
    this.nil();
  }

  integer(value: number): void {
    if (value >= 0 && value <= 255) {
      this.put(tag.small);
      this.put(value);
    } else if (value >= -(2 ** 31) && value < 2 ** 31) {
      this.put(tag.integer);
      const at = this.#room(4);
      this.#buffer.writeInt32BE(value, at);
    } else this.#big(BigInt(value));
  }

  #big(value: bigint): void {
    let magnitude = value < 0n ? -value : value;
    const digits: number[] = [];
    for (; magnitude > 0n; magnitude >>= 8n) digits.push(Number(magnitude & 255n));
    for (const byte of [tag.big, digits.length, value < 0n ? 1 : 0, ...digits]) this.put(byte);
  }

  #value(value: unknown): void {
    if (typeof value === "string") this.text(value);
    else if (typeof value === "number") this.#number(value);
    else if (Array.isArray(value)) this.#array(value);
    else if (isObject(value)) this.object(Object.entries(value));
    else this.atom(String(value));
  }

  /** As CouchDB parses the text from `JSON.stringify`: a number without a fraction and an exponent is an integer. */
  #number(value: number): void {
    const text = Number.isSafeInteger(value) ? undefined : JSON.stringify(value);
    if (text === undefined) this.integer(value);
    else if (/^-?\d+$/.test(text)) this.#big(BigInt(text));
    else {
      this.put(tag.float);
      const at = this.#room(8);
      this.#buffer.writeDoubleBE(value, at);
    }
  }

  /** A list of bytes has a shorter encoding. */
  #array(values: readonly unknown[]): void {
    if (values.length > 0 && values.length <= longestByteList && values.every(isByte)) {
      this.put(tag.bytes);
      const at = this.#room(2 + values.length);
      this.#buffer.writeUInt16BE(values.length, at);
      this.#buffer.set(values as number[], at + 2);
      return;
    }
    if (values.length > 0) this.list(values.length);
    for (const value of values) this.#value(value);
    this.nil();
  }

  #head(tag: number, length: number): void {
    const at = this.#room(5);
    this.#buffer[at] = tag;
    this.#buffer.writeUInt32BE(length, at + 1);
  }

  #room(bytes: number): number {
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > this.#buffer.length) {
      this.#buffer = Buffer.concat([this.#buffer], Math.max(this.#length, this.#buffer.length * 2));
    }
    return at;
  }
}

function isByte(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255 && !Object.is(value, -0);
}
