/** Migrations applied to a cluster by runners that use different nodes. */
import { expect } from "vitest";
import { type ApplyOptions, type ApplyResult, apply, loadMigrations, type Plan, plan } from "../../src/index.js";
import { uniqueName } from "../support/databases.js";
import { type Addressed, type Login, must, request } from "../support/request.js";
import { tempFolder } from "../support/temp.js";

export interface Runner {
  /** The migration set of the ledger. */
  readonly set: string;
  applyThrough(node: Addressed, more?: Partial<ApplyOptions>): Promise<ApplyResult>;
  planThrough(node: Addressed): Promise<Plan>;
}

/** Runs of these steps, with their own ledger. */
export async function steps(
  yaml: string,
  env: Readonly<Record<string, string>> = {},
  common: Partial<ApplyOptions> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Runner> {
  const migrations = await loadMigrations(await tempFolder({ "001.yaml": yaml, ...files }), { env });
  const set = uniqueName("set");
  const options = ({ url, admin }: Addressed): ApplyOptions => ({
    connection: { url, username: admin.name, password: admin.password },
    set,
    wait: 5_000,
    ...common,
  });
  return {
    set,
    applyThrough: (node, more = {}) => apply(migrations, { ...options(node), ...more }),
    planThrough: (node) => plan(migrations, options(node)),
  };
}

/** A section as each node has it, read from the node itself. */
export function sections(nodes: readonly Addressed[], section: string): Promise<Record<string, string>[]> {
  return Promise.all(nodes.map((node) => must(node, "GET", `/_node/_local/_config/${section}`)));
}

/** The user that each node reports for these credentials. */
export async function expectLogin(nodes: readonly Addressed[], as: Login): Promise<void> {
  for (const node of nodes) {
    const { status, body } = await request(node, "GET", "/_session", { as });
    expect([status, body?.userCtx?.name]).toEqual([200, as.name]);
  }
}

/** All nodes accept a cookie that the first one issued. */
export async function expectCookie(nodes: readonly Addressed[], as: Login): Promise<void> {
  const [first, ...others] = nodes;
  if (!first) throw new Error("no node");
  const { headers } = await request(first, "POST", "/_session", { body: as, as: null });
  const cookie = headers.get("set-cookie")?.split(";")[0] ?? "";
  expect(cookie).toMatch(/^AuthSession=./);
  for (const node of others) {
    const { status, body } = await request(node, "GET", "/_session", { as: null, headers: { cookie } });
    expect([status, body?.userCtx?.name]).toEqual([200, as.name]);
  }
}
