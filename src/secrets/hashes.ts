/**
 * Finds password hashes in text that someone else wrote: a gateway may quote the request that it refuses. We create
 * some hashes ourselves and read others, so they are found by their form: that of CouchDB's `[admins]` and `_users`.
 */
import { masked } from "./masked.js";

const ofAdmins = /-(?:pbkdf2(?::\w{1,9})?|hashed)-[0-9a-f]{20,}(?:,[\w+/=-]{1,200}){1,2}/gi;
/** The name of the field, and the characters between it and its value in JSON, also in JSON inside a string. */
const ofUsers = /((?:derived_key|password_sha|salt)\\{0,3}["']?\s{0,3}[:=]\s{0,3}\\{0,3}["']?)[0-9a-f]{16,}/gi;

export function redactHashes(text: string): string {
  return text.replace(ofAdmins, masked).replace(ofUsers, `$1${masked}`);
}
