/** Whether an approved plan was made for this server, set and ledger. */
import { hash } from "node:crypto";
import { MigrateError } from "../../contract/errors.js";
import { defaults } from "../../contract/options.js";
import type { Plan } from "../../contract/results.js";
import type { ServerIdentity } from "../../ledger/ledger.js";

interface Applied {
  readonly set?: string | undefined;
  readonly environment?: string | undefined;
  readonly ledgerDatabase?: string | undefined;
}

/** Throws `other-plan`. Sends no request. */
export function assertSameSet(plan: Plan, { set = defaults.set, environment, ledgerDatabase }: Applied): void {
  if (plan.set !== set) throw other(`it is for the set ${plan.set}, but this run applies the set ${set}`);
  if (plan.environment !== environment) {
    const named = (name: string | undefined) => (name === undefined ? "no environment" : `the environment ${name}`);
    throw other(`it is for ${named(plan.environment)}, but this run is for ${named(environment)}`);
  }
  const [then, now] = [plan.ledgerDatabase, ledgerDatabase].map((name) => name ?? defaults.ledgerDatabase);
  if (then !== now) throw other(`its ledger is in database ${then}, but the ledger of this run is in ${now}`);
}

/**
 * Throws `other-plan`.
 *
 * @param server undefined: the set has no ledger on this server
 */
export function assertSameServer(plan: Plan, server: ServerIdentity | undefined, url: string): void {
  const { serverId, server: planned } = plan;
  if (serverId === (server?.id ?? null)) return;
  // An earlier run with this plan has begun the ledger.
  if (serverId === null && server?.plan === digestOfPlan(plan)) return;
  if (serverId === null) throw other(`it was made without a ledger at ${planned.url}, but ${url} has one for this set`);
  const found = server ? "is another server" : "has no ledger for this set";
  throw other(`it was made for the server ${serverId} (${planned.url}), but ${url} ${found}`);
}

/** Identifies the plan. Two plans of the same state differ in their times. */
export function digestOfPlan(plan: Plan): string {
  return hash("sha256", JSON.stringify(plan), "base64url");
}

function other(why: string): MigrateError {
  return new MigrateError("other-plan", { message: `the approved plan does not belong to this run: ${why}` });
}
