/** A run through an imitated IBM Cloudant, with its own set and ledger. */
import { onTestFinished } from "vitest";
import type { ApplyOptions } from "../../src/index.js";
import { ownSet } from "../engine/own-set.js";
import { type CloudantOptions, startCloudant } from "../support/cloudant.js";
import { uniqueName } from "../support/databases.js";
import type { RecordingProxy } from "../support/proxy.js";

export interface Service {
  readonly proxy: RecordingProxy;
  readonly options: ApplyOptions & { readonly connection: NonNullable<ApplyOptions["connection"]> };
}

export async function service(given: CloudantOptions = {}): Promise<Service> {
  const { connection, ...own } = await ownSet();
  const proxy = await startCloudant(connection?.url ?? "", given);
  onTestFinished(() => proxy.close());
  return { proxy, options: { ...own, set: uniqueName("set"), connection: { ...connection, url: proxy.url } } };
}
