/** `_replicator`: documents are checked, marked with their owner and stored; nothing is replicated. */

import { isObject } from "./json.js";
import { forbidden } from "./reply.js";
import type { SystemRules } from "./storage/system-rules.js";
import { isServerAdmin } from "./user.js";

export const replicatorRules: SystemRules = {
  async beforeWrite(edit, user, database) {
    if (edit.deleted || edit.id.startsWith("_design/")) return edit;
    for (const endpoint of [edit.body.source, edit.body.target]) {
      if (endpoint === undefined) throw forbidden("Missing replicator database");
      if (database.profile.closedByDefault && !isUrl(endpoint)) throw forbidden("local_endpoints_not_supported");
    }
    const owner = isServerAdmin(user) ? (edit.body.owner ?? user.name) : user.name;
    return { ...edit, body: { ...edit.body, owner } };
  },
};

function isUrl(endpoint: unknown): boolean {
  const url = isObject(endpoint) ? endpoint.url : endpoint;
  return typeof url === "string" && /^https?:\/\//.test(url);
}
