/** Inline attachments in a document, with their data in base64. Pure. */
import { createHash } from "node:crypto";
import { isObject, type JsonObject, membersOf } from "../../text/json.js";
import type { Fault } from "./fault.js";

interface Attachment {
  readonly content_type: string;
  /** Base64, without line breaks. */
  readonly data: string;
}

export type Attachments = Readonly<Record<string, Attachment>>;

/** Fields that an export also has, and that follow from the data. */
const follows: ReadonlySet<string> = new Set(["revpos", "digest", "length"]);

export function attachmentFaults(value: unknown): Fault[] {
  if (value === undefined) return [];
  const fault = (keys: readonly string[], message: string): Fault => ({
    keys: ["_attachments", ...keys],
    code: "attachment",
    message,
  });
  if (!isObject(value)) return [fault([], "`_attachments` must be an object of attachments by name")];
  return Object.entries(value).flatMap(([name, one]) => {
    if (name.startsWith("_")) return [fault([name], "CouchDB does not allow attachment names that begin with `_`")];
    if (!isObject(one)) return [fault([name], "an attachment must be an object with `content_type` and `data`")];
    const { content_type, data } = one;
    const others = Object.keys(one).filter((key) => !["content_type", "data", ...follows].includes(key));
    if (typeof data !== "string" || !isBase64(data)) {
      return [fault([name], "an attachment needs its `data` in base64: export it with `attachments=true`")];
    }
    if (content_type !== undefined && typeof content_type !== "string") {
      return [fault([name, "content_type"], "`content_type` must be text")];
    }
    return others.map((key) =>
      fault([name, key], `remove \`${key}\`: an attachment has \`content_type\` and \`data\``),
    );
  });
}

function isBase64(data: string): boolean {
  const bare = withoutBreaks(data);
  return bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare);
}

/** As CouchDB returns them. */
export function bareAttachments(value: JsonObject): Attachments {
  const bare = Object.entries(value).map(([name, one]) => {
    const { content_type = "application/octet-stream", data } = membersOf(one);
    return [name, { content_type: String(content_type), data: withoutBreaks(String(data)) }] as const;
  });
  return Object.fromEntries(bare);
}

/** With stubs, attachments are unchanged when the document is written. */
export function stubsOf(value: unknown): JsonObject {
  return Object.fromEntries(Object.keys(membersOf(value)).map((name) => [name, { stub: true }]));
}

/** For people, without data, which may be megabytes. */
export function shownAttachments(value: unknown): JsonObject {
  const shown = Object.entries(membersOf(value)).map(([name, one]) => {
    const { content_type, data } = membersOf(one);
    if (typeof data !== "string") return [name, { content_type }] as const;
    const bytes = Buffer.from(data, "base64");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return [name, { content_type, length: bytes.length, sha256 }] as const;
  });
  return Object.fromEntries(shown);
}

function withoutBreaks(data: string): string {
  return data.replaceAll(/\s+/g, "");
}
