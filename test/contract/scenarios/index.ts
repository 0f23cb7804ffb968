import type { Scenario } from "../contract.js";
import { admins, lockout } from "./admins.js";
import { bulk } from "./bulk.js";
import { changes } from "./changes.js";
import { config } from "./config.js";
import { databases } from "./databases.js";
import { designDocs, staging } from "./design-docs.js";
import { attachments, documents, revisions } from "./documents.js";
import { listings } from "./listings.js";
import { localDocs } from "./local-docs.js";
import { find, indexes } from "./mango.js";
import { partitions } from "./partitions.js";
import { replicator } from "./replicator.js";
import { security } from "./security.js";
import { server, session } from "./server.js";
import { users } from "./users.js";
import { validation } from "./validation.js";
import { reduces, views } from "./views.js";

/** In this order; each creates its own databases. */
export const scenarios: readonly Scenario[] = [
  server,
  session,
  config,
  admins,
  lockout,
  databases,
  users,
  security,
  documents,
  revisions,
  attachments,
  localDocs,
  bulk,
  listings,
  designDocs,
  staging,
  views,
  reduces,
  validation,
  indexes,
  find,
  partitions,
  changes,
  replicator,
];
