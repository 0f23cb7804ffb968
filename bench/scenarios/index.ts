/** All scenarios, in the order of the table. */
import type { Context } from "../context.js";
import type { Scenario } from "../scenario.js";
import { freshInstall } from "./fresh-install.js";
import { hundredDatabases } from "./hundred-databases.js";
import { manyDatabases } from "./many-databases.js";
import { seedOfMillion, transformOfMillion } from "./million-documents.js";
import { oneDatabase } from "./one-database.js";
import { planOfMany } from "./plan.js";
import { acrossNetwork } from "./slow-network.js";
import { tenThousandSteps } from "./ten-thousand-steps.js";
import { stagedForTenants } from "./tenants.js";
import { hundredUsers } from "./users.js";

export const scenarios: readonly Scenario<Context>[] = [
  oneDatabase,
  hundredDatabases,
  freshInstall,
  acrossNetwork(10),
  acrossNetwork(50),
  planOfMany,
  tenThousandSteps,
  hundredUsers,
  manyDatabases(1_000),
  manyDatabases(5_000),
  stagedForTenants({ tenants: 3, designDocs: 7, documents: 2_000, target: 1.3 }),
  stagedForTenants({ tenants: 100, designDocs: 2, documents: 1_001 }),
  seedOfMillion,
  transformOfMillion,
];
