/** An endpoint: one handler per method. Any other method gets a 405. */

import type { Node } from "../node.js";
import { methodNotAllowed, type Reply } from "../reply.js";
import type { CouchRequest } from "../request.js";
import type { Database } from "../storage/database.js";
import type { User } from "../user.js";

export interface Context {
  readonly node: Node;
  readonly request: CouchRequest;
  readonly user: User;
}

export interface DatabaseContext extends Context {
  readonly database: Database;
}

export type Handler<C> = (context: C) => Reply | Promise<Reply>;
export type Endpoint<C> = (context: C) => Promise<Reply>;

/** @param allowed the methods that a 405 lists, in CouchDB's format: `GET,HEAD` */
export function endpoint<C extends Context>(
  allowed: string,
  handlers: Readonly<Partial<Record<string, Handler<C>>>>,
): Endpoint<C> {
  return async (context) => {
    const handler = handlers[context.request.method];
    if (!handler) throw methodNotAllowed(allowed);
    return handler(context);
  };
}
