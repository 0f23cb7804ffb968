/** The registry of checks, in the order of the report. */
import type { CheckKind } from "../check.js";
import { clock } from "./clock.js";
import { cluster } from "./cluster.js";
import { connection } from "./connection.js";
import { engine } from "./engine.js";
import { filesAndLedger } from "./files-and-ledger.js";
import { lease } from "./lease.js";
import { ledger } from "./ledger.js";
import { ledgerDatabase } from "./ledger-database.js";
import { login } from "./login.js";
import { migrationFiles } from "./migration-files.js";
import { nodes } from "./nodes.js";
import { permissions } from "./permissions.js";
import { processLimits } from "./process-limits.js";
import { proxy } from "./proxy.js";
import { readiness } from "./readiness.js";
import { server } from "./server.js";
import { serverLimits } from "./server-limits.js";
import { tasks } from "./tasks.js";
import { tls } from "./tls.js";
import { tool } from "./tool.js";

export const checks: readonly CheckKind[] = [
  tool,
  processLimits,
  migrationFiles,
  connection,
  tls,
  proxy,
  server,
  readiness,
  clock,
  engine,
  cluster,
  nodes,
  serverLimits,
  tasks,
  login,
  permissions,
  ledgerDatabase,
  ledger,
  filesAndLedger,
  lease,
];
