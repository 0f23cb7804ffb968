/** Mango's own errors. CouchDB prints values in them as Erlang terms; the sandbox prints JSON. */

import { CouchError } from "../reply.js";

export function mangoError(error: string, reason: string, status = 400): CouchError {
  return new CouchError(status, error, reason);
}

export const badArgument = (operator: string, value: unknown) =>
  mangoError("bad_arg", `Bad argument for operator ${operator}: ${JSON.stringify(value)}`);
