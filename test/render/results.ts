/** Results of the library for the rendering tests. */

import type { Check, Diagnosis } from "../../src/contract/diagnosis.js";
import type { LintFinding, LintResult } from "../../src/contract/lint.js";
import type {
  AbortResult,
  ApplyResult,
  Orphan,
  Plan,
  PlannedStep,
  StageResult,
  Status,
} from "../../src/contract/results.js";
import type { TestResults } from "../../src/contract/test-results.js";
import { emptyResult } from "../../src/engine/empty-result.js";
import type { ImportResult } from "../../src/index.js";

export function planOf(steps: readonly PlannedStep[], more: Partial<Plan> = {}): Plan {
  return {
    formatVersion: 1,
    version: "0.1.0",
    plannedAt: "2026-05-01T10:00:00.000Z",
    serverId: null,
    set: "default",
    server: { url: "http://couchdb:5984", version: "3.5.0" },
    changes: steps.filter(({ action }) => ["create", "update", "remove"].includes(action)).length,
    steps,
    orphaned: [],
    orphans: [],
    warnings: [],
    verify: false,
    allowRevert: false,
    ...more,
  };
}

export function stepOf(id: string, more: Partial<PlannedStep> = {}): PlannedStep {
  return {
    id,
    kind: "ensureDatabase",
    checksum: "1:0",
    file: "migrations/001.yaml",
    line: 3,
    state: "pending",
    action: "create",
    target: `database ${id}`,
    databases: {},
    changes: [],
    rebuilds: [],
    applies: more.state !== "drifted" && ["create", "update", "remove"].includes(more.action ?? "create"),
    notes: [],
    ...more,
  };
}

export function orphanOf(id: string, more: Partial<Orphan> = {}): Orphan {
  return {
    id,
    kind: "ensureDatabase",
    objects: [`database/${id}`],
    removedBy: "removeDatabase",
    note: `database/${id} stays; a \`removeDatabase\` step deletes it`,
    forget: `couchdb-migrate ledger forget ${id}`,
    ...more,
  };
}

export function applyOf(more: Partial<ApplyResult> = {}): ApplyResult {
  const measured = { requests: { reads: 12, writes: 1 }, milliseconds: 1234 };
  return { ...emptyResult({ set: "default" }, measured), result: "applied", ...more };
}

export function stageOf(more: Partial<StageResult> = {}): StageResult {
  return {
    formatVersion: 1,
    set: "default",
    result: "unchanged",
    version: "v1",
    staged: [],
    deployed: [],
    replaced: [],
    unfinished: [],
    nothingAhead: 0,
    skipped: [],
    failures: [],
    warnings: [],
    requests: { reads: 12, writes: 1 },
    milliseconds: 1234,
    ...more,
  };
}

export function abortOf(more: Partial<AbortResult> = {}): AbortResult {
  const measured = { requests: { reads: 12, writes: 1 }, milliseconds: 1234 };
  return { formatVersion: 1, set: "default", removed: [], failures: [], ...measured, ...more };
}

export function statusOf(more: Partial<Status> = {}): Status {
  return {
    formatVersion: 1,
    set: "default",
    server: { url: "http://couchdb:5984", version: "3.5.0" },
    files: true,
    steps: [],
    orphaned: [],
    orphans: [],
    warnings: [],
    lease: null,
    parts: [],
    runs: [],
    ...more,
  };
}

export function testsOf(more: Partial<TestResults> = {}): TestResults {
  const none = { formatVersion: 1, files: [], passed: 0, failed: 0, skipped: 0, notCovered: [] } as const;
  return { ...none, milliseconds: 12, ...more };
}

export function importOf(more: Partial<ImportResult> = {}): ImportResult {
  return { formatVersion: 1, out: "migrations", files: [], steps: 0, leftOut: [], variables: [], ...more };
}

export function diagnosisOf(checks: readonly Check[] = []): Diagnosis {
  return { formatVersion: 1, version: "0.1.0", result: "ok", checks };
}

export function lintOf(findings: readonly LintFinding[] = []): LintResult {
  return { formatVersion: 1, files: ["migrations/001.yaml"], steps: 1, findings };
}
