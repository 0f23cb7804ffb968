import type { Couch } from "./couch.js";
import { path } from "./path.js";

/** The user as `GET /_session` returns it. */
export interface Session {
  readonly name: string | null;
  readonly roles: readonly string[];
}

/** The user that CouchDB identifies the run as. The answer is cached like that of any read. */
export async function readSession(couch: Couch): Promise<Session> {
  const { body } = await couch.read<{ readonly userCtx?: Partial<Session> } | null>(path`/_session`);
  const { name = null, roles = [] } = body?.userCtx ?? {};
  return { name, roles };
}

export function isAdmin(session: Session | undefined): boolean {
  return session?.roles.includes("_admin") ?? false;
}
