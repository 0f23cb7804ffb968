/** The proxy that requests go through, and proxy variables that Node.js ignores. */
import { addressOf } from "../../couch/connection.js";
import { connectionIn } from "../../couch/nano-connection.js";
import { isAtLeast } from "../../couch/version.js";
import { maskUrls } from "../../secrets/urls.js";
import { type CheckKind, ok, type Scene, skipped, warning } from "../check.js";

export const proxy: CheckKind = {
  group: "connection",
  name: "proxy",
  find({ options, env, contact }) {
    if (contact.is === "offline") return skipped(contact.why, "Fix that, then run doctor again.");
    const variable = addressOf(connectionIn(options)).secure ? "HTTPS_PROXY" : "HTTP_PROXY";
    const address = inEnvironment(env, variable);
    const exceptions = inEnvironment(env, "NO_PROXY");
    if (address === undefined) return ok("none", { facts: { proxy: null } });
    const shown = maskUrls(address);
    const except = exceptions === undefined ? "" : `, except for ${exceptions}`;
    const facts = { proxy: shown, exceptions: exceptions ?? null, used: env.NODE_USE_ENV_PROXY === "1" };
    if (!facts.used) {
      return ok(`none: ${variable} is set, but Node.js uses it only with NODE_USE_ENV_PROXY=1`, { facts });
    }
    if (!usesProxies(process.versions.node)) {
      const detail = `none: Node.js ${process.versions.node} ignores NODE_USE_ENV_PROXY`;
      return warning(detail, "Use Node.js 22.21, 24.5 or newer.", { facts });
    }
    return ok(`${shown}${except} (${variable})`, { facts });
  },
};

function usesProxies(node: string): boolean {
  return isAtLeast(node, "24.5") || (isAtLeast(node, "22.21") && !isAtLeast(node, "23"));
}

function inEnvironment(env: Scene["env"], name: string): string | undefined {
  return env[name.toLowerCase()] || env[name] || undefined;
}
