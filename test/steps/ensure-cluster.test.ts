import { describe, expect, it } from "vitest";
import { ensureCluster } from "../../src/kinds/ensure-cluster.js";

const system = ["_users", "_replicator", "_global_changes"];
const three = ["c@1", "c@2", "c@3"];
const alone = { own: "c@1", canJoin: true, members: ["c@1"], down: [], missing: [], uneven: [] };
const joined = { ...alone, members: three };
const any = { globalChanges: true };
const ofThree = { globalChanges: true, nodes: three };

describe("diff", () => {
  it.each([
    ["a node with its databases", any, alone, "none", []],
    ["a cluster, whatever its size", any, joined, "none", []],
    ["a fresh node", any, { ...alone, missing: system }, "create", system.map((name) => `/databases/${name}`)],
    ["one database missing", any, { ...alone, missing: ["_users"] }, "create", ["/databases/_users"]],
    [
      "nodes to join",
      ofThree,
      { ...alone, missing: ["_users"] },
      "create",
      ["/nodes/1", "/nodes/2", "/databases/_users"],
    ],
    ["all joined", ofThree, joined, "none", []],
    ["all joined, one of them down", ofThree, { ...joined, down: ["c@3"] }, "none", []],
    ["cookies signed differently", ofThree, { ...joined, uneven: ["secret" as const] }, "update", ["/secret"]],
    ["fewer than there will be", { ...any, size: 3 }, alone, "update", ["/size"]],
    ["as many as there will be", { ...any, size: 3 }, joined, "none", []],
    ["more than there will be", { ...any, size: 2 }, joined, "none", []],
    ["another node than those named", ofThree, { ...alone, own: "d@1" }, "refused", ["/nodes/1", "/nodes/2"]],
    ["CouchDB 2", ofThree, { ...alone, canJoin: false }, "refused", ["/nodes/1", "/nodes/2"]],
    ["CouchDB 1", ofThree, { ...alone, own: undefined, members: [] }, "refused", ["/nodes/0", "/nodes/1", "/nodes/2"]],
    ["CouchDB 1, without nodes or a size", any, { ...alone, own: undefined, members: [] }, "none", []],
  ])("%s", (_, desired, seen, action, paths) => {
    const difference = ensureCluster.diff(desired, seen);
    expect(difference.action).toBe(action);
    expect(difference.changes.map(({ path }) => path)).toEqual(paths);
  });

  it("leaves a node that is not named, and says so", () => {
    const { action, warnings } = ensureCluster.diff({ ...any, nodes: ["c@1", "c@2"] }, joined);
    expect(action).toBe("none");
    expect(warnings).toEqual([{ code: "node-not-listed", node: "c@3" }]);
  });
});

it("creates, and claims, the system databases", () => {
  expect(ensureCluster.lifecycle?.creates?.(any)).toEqual(system.map((name) => ({ name })));
  expect(ensureCluster.lifecycle?.creates?.({ globalChanges: false })).toEqual([
    { name: "_users" },
    { name: "_replicator" },
  ]);
  expect(ensureCluster.claims(any)).toContain("database/_users");
});

it("accepts nodes or a size, but not both", () => {
  expect(ensureCluster.check?.spec?.({ ...ofThree, size: 3 })).toMatchObject([{ path: "/size" }]);
  expect(ensureCluster.check?.spec?.(ofThree)).toEqual([]);
});
