import { existsSync } from "node:fs";
import { afterAll, describe } from "vitest";
import { startEmbedded } from "../support/embedded.js";
import { server } from "../support/servers.js";
import { given } from "./clients.js";
import { leaseContract } from "./lease-contract.js";

leaseContract(
  `the lease on the ${server().kind} server`,
  async () => ({ nodes: [server()], takesRevisions: server().kind !== "embedded" }),
  6,
);

const canEmbed = existsSync(new URL("../../sandbox/index.ts", import.meta.url));
describe.skipIf(server().kind === "embedded" || !canEmbed)("as well", () => {
  const close: (() => Promise<void>)[] = [];
  leaseContract(
    "the lease on the embedded server",
    async () => {
      const embedded = await startEmbedded();
      close.push(embedded.close);
      return { nodes: [embedded], takesRevisions: false };
    },
    6,
  );
  afterAll(async () => void (await Promise.all(close.map((one) => one()))));
});

const urls = (process.env.COUCHDB_CLUSTER_URLS ?? "").split(",").filter((url) => url !== "");
describe.skipIf(urls.length === 0)("as well", () => {
  leaseContract(
    "the lease through all nodes at COUCHDB_CLUSTER_URLS",
    async () => ({ nodes: urls.map(given), takesRevisions: true }),
    6,
  );
});
