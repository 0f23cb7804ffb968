import type { Couch } from "./couch.js";
import { path } from "./path.js";

/** The user as `GET /_session` gives it. */
export interface Session {
  readonly name: string | null;
  readonly roles: readonly string[];
}

/** Who CouchDB takes the run for. The answer is kept, as that of any read. */
export async function readSession(couch: Couch): Promise<Session> {
  const { body } = await couch.read<{ readonly userCtx?: Partial<Session> } | null>(path`/_session`);
  const { name = null, roles = [] } = body?.userCtx ?? {};
  return { name, roles };
}

export function isAdmin(session: Session | undefined): boolean {
  return session?.roles.includes("_admin") ?? false;
}
