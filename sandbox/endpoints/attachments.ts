/** Requests for a single attachment: `/db/doc/attachment`. */

import { isObject } from "../json.js";
import { methodNotAllowed, notFound, type Reply, reply } from "../reply.js";
import type { Edit } from "../storage/edit.js";
import { isLocalId } from "../storage/local-docs.js";
import { writeEdit } from "../storage/write.js";
import { type DocumentContext, editedRevision } from "./documents.js";
import { readDocument } from "./read-document.js";

export async function attachmentEndpoint(context: DocumentContext, name: string): Promise<Reply> {
  const { method } = context.request;
  if (isLocalId(context.id)) throw notFound();
  if (method === "GET") return read(context, name);
  if (method === "PUT") {
    const { request } = context;
    const data = request.body.toString("base64");
    return write(context, name, { content_type: request.headers["content-type"] ?? "application/octet-stream", data });
  }
  if (method === "DELETE") return write(context, name, undefined);
  throw methodNotAllowed("GET,HEAD,PUT,DELETE");
}

async function read({ database, id, request }: DocumentContext, name: string): Promise<Reply> {
  const rev = request.query.get("rev") ?? undefined;
  const document = await readDocument(database, id, { rev });
  const stub = isObject(document._attachments) ? document._attachments[name] : undefined;
  if (!isObject(stub)) throw notFound("Document is missing attachment");
  const raw = await database.pouch.getAttachment(id, name, rev === undefined ? {} : { rev });
  return { status: 200, headers: { "Content-Type": String(stub.content_type), ETag: `"${stub.digest}"` }, raw };
}

async function write(
  { database, id, request, user }: DocumentContext,
  name: string,
  attachment?: object,
): Promise<Reply> {
  const revision = editedRevision(request);
  const stored = await readDocument(database, id, {}).catch(() => undefined);
  const { _id, _rev, _attachments, ...body } = stored ?? {};
  const { [name]: old, ...others } = isObject(_attachments) ? _attachments : {};
  if (!attachment && old === undefined) throw notFound("Document is missing attachment");
  const edit: Edit = {
    id,
    ...(revision ? { revision } : {}),
    history: revision ? [revision.hash] : [],
    deleted: false,
    body,
    attachments: attachment ? { ...others, [name]: attachment } : others,
  };
  const { rev } = await writeEdit(database, edit, { user, newEdits: true });
  return reply({ ok: true, id, rev }, attachment ? 201 : 200);
}
