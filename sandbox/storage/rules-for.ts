import { replicatorRules } from "../replicator.js";
import { usersRules } from "../users.js";
import type { SystemRules } from "./system-rules.js";

export function rulesFor(name: string): SystemRules {
  if (name === "_users") return usersRules;
  if (name === "_replicator") return replicatorRules;
  return {};
}
