/** What only a cluster can get wrong: several leaves, stale copies, nodes that are down or hang. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureLedgerDatabase } from "../../src/ledger/database.js";
import { takeLease } from "../../src/ledger/lease.js";
import type { Entry, Ledger, StoredLedger } from "../../src/ledger/ledger.js";
import { type LedgerPlace, readLedger, writeLedger } from "../../src/ledger/store.js";
import { must } from "../support/request.js";
import { type Cluster, type CouchNode, everyNodeKnowsAll, onNodes, startCluster } from "../support/servers.js";
import { connect, options } from "./clients.js";
import { leaseContract } from "./lease-contract.js";

onNodes("three nodes", () => {
  let cluster: Cluster;
  const starting = { promise: undefined as Promise<Cluster> | undefined };
  const started = () => (starting.promise ??= startCluster(3));
  beforeAll(async () => {
    cluster = await started();
  });
  afterAll(() => cluster?.close());

  const never = new AbortController().signal;
  const database = "couchdb-migrate";
  const node = (index: number) => cluster.nodes[index % 3] as CouchNode;
  const ready = (place: LedgerPlace, index = 0) =>
    ensureLedgerDatabase(connect(node(index)), place, { emit: () => {}, signal: never });
  const away = async (nodes: readonly CouchNode[], work: () => Promise<void>) => {
    await Promise.all(nodes.map((one) => one.kill()));
    try {
      await work();
    } finally {
      await Promise.all(nodes.map((one) => one.start()));
      await everyNodeKnowsAll(cluster.nodes);
    }
  };
  const code = (expected: string) => expect.objectContaining({ code: expected });

  leaseContract(
    "the lease through all of them",
    async () => ({ nodes: (await started()).nodes, takesRevisions: true }),
    6,
  );

  it("six runners that find no database get the lease one after another", async () => {
    const place = { database: "couchdb-migrate-new", set: "new", own: true };
    const tokens: number[] = [];
    await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        await ready(place, index);
        const lease = await takeLease(connect(node(index)), place, options(`runner-${index}`));
        lease.assertHeld();
        tokens.push(lease.token);
        expect(await lease.release()).toBe(true);
      }),
    );
    expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
  });

  describe("with nodes that are down", () => {
    it("one of three: a lease is kept, released and taken again, through the other two", async () => {
      const place = { database, set: "one-down", own: true };
      await ready(place);
      const anna = await takeLease(connect(node(0)), place, options("anna"));
      await away([node(2)], async () => {
        expect(await anna.release()).toBe(true);
        const eva = await takeLease(connect(node(1)), place, options("eva"));
        expect(await eva.release()).toBe(true);
      });
      const ivan = await takeLease(connect(node(2)), place, options("ivan"));
      expect(ivan.token).toBe(3);
      await ivan.release();
    });

    it("scenario 3: two of three: a 202 does not count as a lease, nothing is deleted, and the ledger does not count as written", async () => {
      const place = { database, set: "two-down", own: true };
      await ready(place);
      const earlier = await takeLease(connect(node(0)), place, options("earlier"));
      await earlier.release();
      const before = await writeLedger(connect(node(0)), place, undefined, ledgerOf("two-down", 1));
      await away([node(1), node(2)], async () => {
        const taken = takeLease(connect(node(0)), place, options("anna", { leaseWait: 0 }));
        await expect(taken).rejects.toThrow(code("below-quorum"));
        const written = writeLedger(connect(node(0)), place, before, ledgerOf("two-down", 2));
        await expect(written).rejects.toThrow(code("below-quorum"));
      });
      for (const one of cluster.nodes) {
        const leaves = await must(one, "GET", `/${database}/lease-two-down?open_revs=all`);
        expect(leaves.filter(({ ok }: { ok: { _deleted?: boolean } }) => ok._deleted)).toEqual([]);
      }
      const eva = await takeLease(connect(node(1)), place, options("eva"));
      // Higher than the tokens of the failed attempts.
      expect(eva.token).toBeGreaterThan(2);
      expect(await eva.release()).toBe(true);
    });

    it("one that hangs: the lease continues through the others", async () => {
      const place = { database, set: "hanging", own: true };
      await ready(place);
      node(2).pause();
      try {
        for (const index of [0, 1, 0]) {
          const lease = await takeLease(connect(node(index)), place, options(`runner-${index}`));
          expect(await lease.release()).toBe(true);
        }
      } finally {
        node(2).resume();
      }
    });
  });

  it("a ledger written while a node was down is also shown by that node, alone and with one other", async () => {
    const place = { database, set: "stale", own: true };
    await ready(place);
    let stored: StoredLedger | undefined;
    const write = async (size: number) => {
      stored = await writeLedger(connect(node(0)), place, stored, ledgerOf("stale", size));
    };
    for (let size = 1; size <= 9; size += 1) await write(size);
    await away([node(2)], async () => {
      for (let size = 10; size <= 12; size += 1) await write(size);
    });
    const read = async (index: number) =>
      Object.keys((await readLedger(connect(node(index)), place))?.ledger.entries ?? {});
    for (let i = 0; i < 12; i += 1) expect(await read(i)).toHaveLength(12);
    await away([node(0)], async () => {
      for (let i = 0; i < 12; i += 1) expect(await read(1 + (i % 2))).toHaveLength(12);
    });
  });

  it("what a minority stored is not shown instead of what a quorum stored later", async () => {
    const place = { database, set: "minority", own: true };
    await ready(place);
    const before = await writeLedger(connect(node(0)), place, undefined, ledgerOf("minority", 1));
    await away([node(1), node(2)], async () => {
      const alone = writeLedger(connect(node(0)), place, before, { ...before.ledger, nodes: ["alone"] });
      await expect(alone).rejects.toThrow(code("below-quorum"));
    });
    await away([node(0)], async () => {
      await writeLedger(connect(node(1)), place, before, ledgerOf("minority", 3));
    });
    for (let i = 0; i < 12; i += 1) {
      const read = await readLedger(connect(node(i)), place);
      expect(Object.keys(read?.ledger.entries ?? {})).toHaveLength(3);
    }
  });
});

function ledgerOf(set: string, size: number): Ledger {
  const entry: Entry = {
    kind: "ensureDatabase",
    checksum: "1:a",
    former: [],
    appliedAt: "2024-01-01T00:00:00.000Z",
    milliseconds: 1,
    version: "1.0.0",
    databases: {},
  };
  const entries = Object.fromEntries(Array.from({ length: size }, (_, i) => [`step-${i}`, entry]));
  return { formatVersion: 1, set, entries };
}
