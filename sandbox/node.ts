/** The state of the sandbox's only node. */

import { randomBytes } from "node:crypto";
import { Authenticator } from "./authentication.js";
import { Config } from "./config.js";
import { sandboxIterations } from "./iterations.js";
import { formatAdmin, hashPassword } from "./passwords.js";
import type { PouchConstructor } from "./pouch.js";
import { type Profile, profileOf } from "./profile.js";
import { Databases } from "./storage/databases.js";
import { usersDesignDoc } from "./users.js";

export interface Node {
  readonly profile: Profile;
  readonly uuid: string;
  readonly config: Config;
  readonly databases: Databases;
  readonly authenticator: Authenticator;
}

export interface NodeOptions {
  readonly version: string;
  readonly admins: Readonly<Record<string, string>>;
}

export async function createNode(pouch: PouchConstructor, options: NodeOptions): Promise<Node> {
  const profile = profileOf(options.version);
  const config = new Config(profile);
  const uuid = randomBytes(16).toString("hex");
  config.set("couchdb", "uuid", uuid);
  if (profile.clustered) config.set("couchdb", "single_node", "true");
  config.set("vendor", "name", "The Apache Software Foundation");
  for (const [name, password] of Object.entries(options.admins)) {
    const digest = profile.strongPasswords ? "sha256" : "sha";
    config.set("admins", name, formatAdmin(await hashPassword(password, digest, sandboxIterations)));
  }

  const databases = new Databases(pouch, profile);
  const node = { profile, uuid, config, databases, authenticator: new Authenticator(config, databases, profile) };
  await createSystemDatabases(node);
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
  if (!profile.closedByDefault) users.security = {};
}
