/** The attachments in a document: with their data in base64, or from files. Pure. */
import { createHash } from "node:crypto";
import { isObject, type JsonObject, membersOf } from "../../text/json.js";
import { AttachedFile } from "./attached-file.js";
import type { Fault } from "./fault.js";

interface Inline {
  readonly content_type: string;
  /** Base64, without line breaks. */
  readonly data: string;
}

export type Attachment = Inline | AttachedFile;

export type Attachments = Readonly<Record<string, Attachment>>;

/** Fields that an export also has, and that follow from the data. */
const follows: ReadonlySet<string> = new Set(["revpos", "digest", "length"]);

/** `inStream`: the document is in a file that is streamed, whose documents can't name other files. */
export function attachmentFaults(value: unknown, inStream: boolean): Fault[] {
  if (value === undefined) return [];
  const fault = (keys: readonly string[], message: string): Fault => ({
    keys: ["_attachments", ...keys],
    code: "attachment",
    message,
  });
  if (!isObject(value)) return [fault([], "`_attachments` must be an object of attachments by name")];
  return Object.entries(value).flatMap(([name, one]) => {
    if (name.startsWith("_")) return [fault([name], "CouchDB does not allow attachment names that begin with `_`")];
    if (name === "") return [fault([name], "an attachment needs a name: without one, CouchDB can't return it")];
    if (!isObject(one)) return [fault([name], "an attachment must be an object with `from`, or `data`")];
    const { content_type, from, data } = one;
    if (from !== undefined && inStream) return [fault([name, "from"], onlyInMemory)];
    if (from !== undefined && (typeof from !== "string" || from === "")) {
      return [fault([name, "from"], "`from` must be the path of a file")];
    }
    if (from === undefined && (typeof data !== "string" || !isBase64(data))) return [fault([name], needsContent)];
    if (content_type !== undefined && typeof content_type !== "string") {
      return [fault([name, "content_type"], "`content_type` must be text")];
    }
    if (content_type !== undefined && /[\r\n]/.test(content_type)) {
      const message = "`content_type` must be one line, because CouchDB sends it as a header";
      return [fault([name, "content_type"], message)];
    }
    const known: ReadonlySet<string> = new Set(["content_type", from === undefined ? "data" : "from"]);
    const others = Object.keys(one).filter((key) => !known.has(key) && !follows.has(key));
    return others.map((key) => fault([name, key], `remove \`${key}\`: an attachment has ${listed(known)}`));
  });
}

const needsContent =
  "an attachment needs `from` (a file), or its `data` in base64: to export data, use `attachments=true`";

const onlyInMemory =
  "attachments from files are only possible in inline documents and in JSON files up to 10 MB, without gzip and without integers above 2^53";

function listed(fields: ReadonlySet<string>): string {
  return [...fields].map((field) => `\`${field}\``).join(" and ");
}

function isBase64(data: string): boolean {
  const bare = withoutBreaks(data);
  return bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare);
}

/** As CouchDB returns them. Files that were read stay as they are. */
export function bareAttachments(value: JsonObject): Attachments {
  const bare = Object.entries(value).map(([name, one]) => {
    if (one instanceof AttachedFile) return [name, one] as const;
    const { content_type = "application/octet-stream", data } = membersOf(one);
    return [name, { content_type: String(content_type), data: withoutBreaks(String(data)) }] as const;
  });
  return Object.fromEntries(bare);
}

/** With stubs, attachments are unchanged when the document is written. */
export function stubsOf(value: unknown): JsonObject {
  return Object.fromEntries(Object.keys(membersOf(value)).map((name) => [name, { stub: true }]));
}

/** What is compared, of declared ones and of those that CouchDB returned, with or without their data. */
export function comparable(value: unknown): Readonly<Record<string, JsonObject>> {
  const compared = Object.entries(membersOf(value)).map(([name, one]) => {
    const { content_type, data, length, digest } = one as JsonObject;
    const isData = typeof data === "string";
    return [name, isData ? { content_type, data: withoutBreaks(data) } : { content_type, length, digest }] as const;
  });
  return Object.fromEntries(compared);
}

/**
 * For people, without data, which may be megabytes. `other` is the other side of the comparison: both sides have digests
 * of one algorithm, or none if the stub has none.
 */
export function shownAttachments(value: unknown, other: unknown): JsonObject {
  const shown = Object.entries(membersOf(value)).map(([name, one]) => {
    const { content_type, length, digest } = one as JsonObject;
    if (isStub(one)) return [name, withDigest({ content_type, length }, digest)] as const;
    const content = contentOf(one as Attachment);
    const counterpart = membersOf(other)[name];
    const like = isStub(counterpart) ? (counterpart as JsonObject).digest : content.sha256;
    const own = String(like).startsWith("md5-") ? content.md5 : content.sha256;
    return [name, withDigest({ content_type, length: content.length }, like && own)] as const;
  });
  return Object.fromEntries(shown);
}

function withDigest(shown: JsonObject, digest: unknown): JsonObject {
  return digest === undefined ? shown : { ...shown, digest };
}

function isStub(value: unknown): boolean {
  return isObject(value) && !(value instanceof AttachedFile) && typeof value.data !== "string";
}

interface Content {
  readonly length: number;
  readonly md5: string;
  readonly sha256: string;
}

/** With digests in the form of CouchDB's stubs. */
export function contentOf(attachment: Attachment): Content {
  if (attachment instanceof AttachedFile) {
    const { length, md5, digest } = attachment;
    return { length, md5, sha256: digest };
  }
  const bytes = Buffer.from(attachment.data, "base64");
  const hashed = (algorithm: string, encoding: "base64" | "hex") =>
    `${algorithm}-${createHash(algorithm).update(bytes).digest(encoding)}`;
  return { length: bytes.length, md5: hashed("md5", "base64"), sha256: hashed("sha256", "hex") };
}

/** The files among the attachments, in their order. */
export function attachedFiles({ _attachments }: { readonly _attachments?: Attachments }): AttachedFile[] {
  return Object.values(_attachments ?? {}).filter((one) => one instanceof AttachedFile);
}

function withoutBreaks(data: string): string {
  return data.replaceAll(/\s+/g, "");
}
