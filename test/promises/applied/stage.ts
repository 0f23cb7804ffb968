/** Migration files against a server of the test's choice, with their own ledger and a proxy that records requests. */
import { onTestFinished } from "vitest";
import { type ApplyOptions, type ApplyResult, apply, loadMigrations, type Plan, plan } from "../../../src/index.js";
import { removeDatabases, uniqueName } from "../../support/databases.js";
import { type ProxyOptions, type RecordingProxy, startProxy } from "../../support/proxy.js";
import { type Addressed, must } from "../../support/request.js";
import { server } from "../../support/servers.js";
import { tempFolder } from "../../support/temp.js";

export interface Stage {
  /** The prefix of the test's databases; they are deleted when it ends. */
  readonly name: string;
  readonly proxy: RecordingProxy;
  plan(yaml: string, options?: Partial<ApplyOptions>): Promise<Plan>;
  apply(yaml: string, options?: Partial<ApplyOptions>): Promise<ApplyResult>;
  /** Requests that wrote something other than ledger, lease and history. */
  writes(): readonly string[];
}

export async function openStage(on: Addressed = server(), through: ProxyOptions = {}): Promise<Stage> {
  const name = uniqueName("applied");
  const ledgerDatabase = `${name}-ledger`;
  await must(on, "PUT", `/${ledgerDatabase}`);
  const proxy = await startProxy(on.url, through);
  onTestFinished(async () => {
    await proxy.close();
    await removeDatabases(name, on);
  });
  const { name: username, password } = on.admin;
  const connection = { url: proxy.url, ...(username === "" ? {} : { username, password }) };
  const load = async (yaml: string) => loadMigrations(await tempFolder({ "001.yaml": yaml }), { env: {} });
  return {
    name,
    proxy,
    plan: async (yaml, options) => plan(await load(yaml), { connection, ledgerDatabase, wait: 5_000, ...options }),
    apply: async (yaml, options) => apply(await load(yaml), { connection, ledgerDatabase, wait: 5_000, ...options }),
    writes: () =>
      proxy
        .writes()
        .filter(({ path }) => !path.startsWith(`/${ledgerDatabase}/`))
        .map(({ method, path }) => `${method} ${path}`),
  };
}
