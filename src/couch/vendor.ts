/** Who runs the server, as it says at `GET /`. */
import type { Couch } from "./couch.js";
import { path } from "./path.js";

interface Welcome {
  readonly vendor?: { readonly name?: unknown } | null;
}

const cloudant = "IBM Cloudant";

/** The bytes of a document, without attachments, that Cloudant stores. */
export const cloudantDocument = 1_048_576;

/** Sends one request per run. False if the server does not say. */
export async function isCloudant(couch: Couch): Promise<boolean> {
  const { body } = await couch.read<Welcome | null>(path`/`, { accept: [401, 403] });
  return body?.vendor?.name === cloudant;
}
