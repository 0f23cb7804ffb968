/** The registry of step kinds, in the order of the reference. Everything else about kinds is derived from it. */

import type { StepKind } from "../steps/kind.js";
import { ensureAdmin } from "./ensure-admin.js";
import { ensureCluster } from "./ensure-cluster.js";
import { ensureConfig } from "./ensure-config.js";
import { ensureDatabase } from "./ensure-database.js";
import { ensureDesignDocs } from "./ensure-design-docs.js";
import { ensureDocuments } from "./ensure-documents.js";
import { ensureIndexes } from "./ensure-indexes.js";
import { ensureReplication } from "./ensure-replication.js";
import { ensureSecurity } from "./ensure-security.js";
import { ensureUser } from "./ensure-user.js";
import { removeAdmin } from "./remove-admin.js";
import { removeConfig } from "./remove-config.js";
import { removeDatabase } from "./remove-database.js";
import { removeDesignDocs } from "./remove-design-docs.js";
import { removeDocuments } from "./remove-documents.js";
import { removeIndexes } from "./remove-indexes.js";
import { removeReplication } from "./remove-replication.js";
import { removeUser } from "./remove-user.js";
import { transformDocuments } from "./transform-documents.js";

export const kinds: readonly StepKind[] = [
  ensureCluster,
  ensureAdmin,
  ensureConfig,
  ensureDatabase,
  ensureSecurity,
  ensureDesignDocs,
  ensureIndexes,
  ensureUser,
  ensureReplication,
  ensureDocuments,
  transformDocuments,
  removeDatabase,
  removeDesignDocs,
  removeIndexes,
  removeDocuments,
  removeUser,
  removeAdmin,
  removeReplication,
  removeConfig,
];

export const kindNames: readonly string[] = kinds.map(({ name }) => name);

export const kindByName: ReadonlyMap<string, StepKind> = new Map(kinds.map((kind) => [kind.name, kind]));
