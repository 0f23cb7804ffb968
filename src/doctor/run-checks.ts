/** Runs the checks one after another; if one fails, the others still run. */
import type { Check } from "../contract/diagnosis.js";
import type { MigrateError } from "../contract/errors.js";
import { silence } from "../engine/open-server.js";
import { withoutSecrets } from "../engine/without-secrets.js";
import type { Secrets } from "../secrets/secrets.js";
import { type CheckKind, type Finding, type OnServer, problem, type Scene, skipped, warning } from "./check.js";

/** Milliseconds for one check of the server. If the server hangs, all attempts of all checks would take many minutes. */
const longest = 10_000;

export async function runChecks(
  kinds: readonly CheckKind[],
  scene: Scene,
  secrets: Pick<Secrets, "own" | "foreign">,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const kind of kinds) {
    scene.options.signal?.throwIfAborted();
    const { group, name } = kind;
    const finding = await find(kind, scene).catch((thrown: unknown) => {
      const error = withoutSecrets(thrown, secrets);
      if (error.code === "interrupted") throw error;
      return findingOf(error);
    });
    checks.push({ group, name, ...finding });
  }
  return checks;
}

async function find(kind: CheckKind, scene: Scene): Promise<Finding> {
  if (!kind.needs) return kind.find(scene);
  const { is } = scene.contact;
  const absent = is === "offline" || is === "absent";
  if (absent || (kind.needs === "login" && is !== "accepted")) return unasked(scene);
  // The requirement is met, and both scenes are the same object.
  const given = scene as OnServer<"accepted">;
  const { couch } = given.contact;
  const timer = setTimeout(() => couch.cut(silence(couch, longest)), longest);
  try {
    return await kind.find(given);
  } finally {
    clearTimeout(timer);
  }
}

function unasked({ contact }: Scene): Finding {
  if (contact.is === "offline") return skipped(contact.why, "Fix that, then run doctor again.");
  if (contact.is === "refused") return skipped("nobody is logged in", "Fix the login first.");
  return skipped("there is no connection to CouchDB", "Fix the connection first.");
}

const allowPath = "If steps need this path, allow it in the proxy in front of CouchDB.";

/** If the user may not read something, that alone is not a problem. */
function findingOf(error: MigrateError): Finding {
  const { code, message, data } = error;
  if (code === "missing-permission") return skipped(message, "To see this, run doctor as a server admin.");
  if (code === "nodes-closed") return skipped(message, error.next);
  if (code === "gateway-refused" || (code === "request-failed" && data.status === 403)) {
    return warning(message, allowPath);
  }
  return problem(error);
}
