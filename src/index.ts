/** The library: everything that the command line can do. */

export type { Connection, Iam, NanoInstance, ProxyAuthentication } from "./contract/connection.js";
export type * from "./contract/diagnosis.js";
export { type ErrorCode, exitCodes, MigrateError } from "./contract/errors.js";
export type { Event, EventType, Listener } from "./contract/events.js";
export type * from "./contract/lint.js";
export type {
  ApplyOptions,
  DoctorOptions,
  FilesScope,
  LeaseOptions,
  LintOptions,
  PartOption,
  RunOptions,
  ServerOptions,
  StageOptions,
} from "./contract/options.js";
export type { Policies, Policy, PolicyAction, PolicyName } from "./contract/policies.js";
export { InvalidInput, type Position, type Problem } from "./contract/problem.js";
export type * from "./contract/results.js";
export type * from "./contract/test-results.js";
export { doctor } from "./doctor/doctor.js";
export { apply } from "./engine/apply.js";
export { plan } from "./engine/plan.js";
export { abortStage } from "./engine/stage/abort.js";
export { stage } from "./engine/stage/stage.js";
export { status } from "./engine/status.js";
export { accept, correctEnvironment, correctRelease, forget, unlock, wait } from "./engine/upkeep.js";
export { type ImportBootstrapOptions, importBootstrap } from "./import/bootstrap/import-bootstrap.js";
export { type ImportOptions, importServer } from "./import/import-server.js";
export type { ImportResult } from "./import/result.js";
export { lint } from "./lint/lint.js";
export { type LoadOptions, loadMigrations } from "./migrations/load.js";
export type { Migrations, Step } from "./migrations/step.js";
export type { UnsetPolicy, UnsetVariable } from "./migrations/unset.js";
export { type Sandbox, type SandboxOptions, startSandbox } from "./start-sandbox.js";
export type { RunTestsOptions } from "./testing/options.js";
export { runTests } from "./testing/run-tests.js";
export { version } from "./version.js";
