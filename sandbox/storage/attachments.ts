/** Attachments inside documents: what a stub omits is taken from the stored document. */

import { isObject, type JsonObject } from "../json.js";
import { badRequest, CouchError } from "../reply.js";
import type { Edit } from "./edit.js";

/** @throws CouchError 400, or 412 for a stub of a missing attachment */
export function completeAttachments(edit: Edit, previous: JsonObject | undefined): JsonObject | undefined {
  if (!edit.attachments) return undefined;
  const stored = isObject(previous?._attachments) ? previous._attachments : {};
  const complete: JsonObject = {};
  for (const [name, attachment] of Object.entries(edit.attachments)) {
    if (name.startsWith("_")) {
      throw badRequest(`Attachment name '${name}' starts with prohibited character '_'`);
    }
    if (!isObject(attachment)) throw badRequest(`Attachment '${name}' is not an object`);
    complete[name] = attachment.stub === true ? stub(edit.id, name, stored) : withType(attachment);
  }
  return complete;
}

function stub(id: string, name: string, stored: JsonObject): unknown {
  if (stored[name] !== undefined) return stored[name];
  throw new CouchError(412, "missing_stub", `Invalid attachment stub in ${id} for ${name}`);
}

function withType({ content_type, data, digest, revpos }: JsonObject): JsonObject {
  return {
    content_type: content_type ?? "application/octet-stream",
    data,
    ...(digest === undefined ? {} : { digest }),
    ...(revpos === undefined ? {} : { revpos }),
  };
}
