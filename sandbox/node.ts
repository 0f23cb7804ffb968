/** The state of the sandbox's only node. */

import { randomBytes } from "node:crypto";
import { Authenticator } from "./authentication.js";
import { Config } from "./config.js";
import { sandboxIterations } from "./iterations.js";
import { formatAdmin, hashPassword } from "./passwords.js";
import type { PouchConstructor } from "./pouch.js";
import { type Profile, profileOf } from "./profile.js";
import { Databases } from "./storage/databases.js";
import type { DataFolder } from "./storage/disk/data-folder.js";
import { usersDesignDoc } from "./users.js";

export interface Node {
  readonly profile: Profile;
  readonly uuid: string;
  readonly config: Config;
  readonly databases: Databases;
  readonly authenticator: Authenticator;
  /** Writes what has changed to the folder of the data, if there is one. */
  save(): void;
}

export interface NodeOptions {
  readonly version: string;
  readonly admins: Readonly<Record<string, string>>;
  /** Where the data is kept. Absent: nowhere. */
  readonly folder?: DataFolder;
}

export async function createNode(pouch: PouchConstructor, options: NodeOptions): Promise<Node> {
  const profile = profileOf(options.version);
  const { folder } = options;
  const stored = folder?.read();
  let isSaved = true;
  const changed = () => {
    if (!folder || !isSaved) return;
    isSaved = false;
    // Some changes, such as the hash of a password, follow their request.
    setImmediate(save);
  };
  const save = () => {
    if (isSaved) return;
    isSaved = true;
    folder?.write({ formatVersion: 1, config: config.all(), ...databases.stored });
  };
  const databases = new Databases(pouch, profile, changed, folder);
  const config = new Config(profile, changed);
  config.restore(stored?.config ?? {});
  const uuid = config.get("couchdb", "uuid") ?? randomBytes(16).toString("hex");
  config.set("couchdb", "uuid", uuid);
  if (profile.clustered) config.set("couchdb", "single_node", "true");
  config.set("vendor", "name", "The Apache Software Foundation");
  for (const [name, password] of Object.entries(options.admins)) {
    const digest = profile.strongPasswords ? "sha256" : "sha";
    config.set("admins", name, formatAdmin(await hashPassword(password, digest, sandboxIterations)));
  }

  if (stored) databases.restore(stored);
  const authenticator = new Authenticator(config, databases, profile);
  const node = { profile, uuid, config, databases, authenticator, save };
  await createSystemDatabases(node);
  save();
  return node;
}

/** Creates the databases that `single_node = true` creates at the first start. */
async function createSystemDatabases({ databases, profile }: Pick<Node, "databases" | "profile">): Promise<void> {
  for (const name of ["_users", "_replicator"]) {
    if (!databases.find(name)) await databases.create(name, {});
  }
  const users = databases.get("_users");
  const { _id, ...body } = usersDesignDoc;
  await users.seed(_id, body);
  if (!profile.closedByDefault) users.set({ security: {} });
}
