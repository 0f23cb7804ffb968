/**
 * Settings that must be the same on all nodes of a cluster, but start out different: `uuid`, and the secret that
 * signs cookies.
 */
import { randomBytes } from "node:crypto";
import type { Couch } from "../../couch/couch.js";
import { configSection, onEveryNode, setConfig } from "../../couch/nodes.js";
import { isAtLeast } from "../../couch/version.js";

const sharedSettings = ["uuid", "secret"] as const;
export type SharedSetting = (typeof sharedSettings)[number];

/** By node, for the nodes that are up. Contains the secret: never print it. */
type Values = ReadonlyMap<string, Readonly<Record<SharedSetting, string | undefined>>>;

/** Those that differ between the nodes, or would only be equal by chance. */
export async function unevenSettings(couch: Couch): Promise<SharedSetting[]> {
  const values = await readValues(couch);
  return sharedSettings.filter((setting) => isUneven(values, setting));
}

/**
 * Gives all nodes the values of the first node by name, so runners that do this at the same time through different
 * nodes do the same. (CouchDB's own `finish_cluster` copies from the node that gets the request, which may be another
 * one each time.)
 */
export async function alignSettings(couch: Couch): Promise<void> {
  if (isUneven(await readValues(couch), "secret")) await ensureSecret(couch);
  const values = await readValues(couch);
  for (const setting of sharedSettings) {
    const model = modelOf(values, setting);
    if (model === undefined) continue;
    for (const [node, has] of values) {
      if (has[setting] !== model) await setConfig(couch, node, await sectionOf(couch, setting), setting, model);
    }
  }
}

/** CouchDB creates the secret when it signs the first cookie, a different one on each node. */
async function ensureSecret(couch: Couch): Promise<void> {
  const values = await readValues(couch);
  const [first] = [...values.keys()].sort();
  if (first === undefined || modelOf(values, "secret") !== undefined) return;
  await setConfig(couch, first, await sectionOf(couch, "secret"), "secret", randomBytes(16).toString("hex"));
}

async function readValues(couch: Couch): Promise<Values> {
  const looks = await onEveryNode(couch, async (node) => {
    const { uuid } = await configSection(couch, node, "couchdb");
    const { secret } = await configSection(couch, node, await sectionOf(couch, "secret"));
    return { uuid, secret: secret ?? (await configSection(couch, node, oldAuth)).secret };
  });
  return new Map(looks.flatMap((look) => (look.down ? [] : [[look.node, look.seen] as const])));
}

const oldAuth = "couch_httpd_auth";

async function sectionOf(couch: Couch, setting: SharedSetting): Promise<string> {
  if (setting === "uuid") return "couchdb";
  return isAtLeast(await couch.version(), "3.2") ? "chttpd_auth" : oldAuth;
}

function isUneven(values: Values, setting: SharedSetting): boolean {
  if (values.size < 2) return false;
  const model = modelOf(values, setting);
  return model === undefined || [...values.values()].some((has) => has[setting] !== model);
}

function modelOf(values: Values, setting: SharedSetting): string | undefined {
  return [...values.keys()].sort().flatMap((node) => values.get(node)?.[setting] ?? [])[0];
}
