import { describe, expect, it } from "vitest";
import { ensureAdmin } from "../../src/kinds/ensure-admin.js";
import { removeAdmin } from "../../src/kinds/remove-admin.js";
import { contextOf, type FakeCouch, fakeCouch } from "./fake-couch.js";

const desired = { name: "cerebrate" };
const at = (node: string) => `/_node/${node}/_config/admins`;

/** Nodes `a`, `b`, … with these admins. */
function cluster(admins: readonly (readonly string[])[], login = "overmind"): FakeCouch {
  const nodes = admins.map((_, i) => "abc".charAt(i));
  const couch: FakeCouch = fakeCouch({
    login: { name: login, password: "x" },
    reads: {
      "/_membership": { all_nodes: nodes, cluster_nodes: nodes },
      ...Object.fromEntries(
        nodes.map((node, i) => [at(node), Object.fromEntries((admins[i] ?? []).map((name) => [name, "-pbkdf2-x"]))]),
      ),
    },
    writes: Object.fromEntries(
      nodes.map((node, i) => [
        `DELETE ${at(node)}/cerebrate`,
        () => {
          const left = (admins[i] ?? []).filter((name) => name !== "cerebrate");
          couch.set(at(node), Object.fromEntries(left.map((name) => [name, "-pbkdf2-x"])));
          return { status: 200, body: "-pbkdf2-x" };
        },
      ]),
    ),
  });
  return couch;
}

const look = async (couch: FakeCouch) =>
  removeAdmin.diff(desired, await removeAdmin.observe(contextOf(couch, desired)));

const both = ["overmind", "cerebrate"];

describe("diff", () => {
  it.each([
    ["on every node", [both, both], "overmind", "remove", ["a", "b"]],
    ["on one node", [["overmind"], both], "overmind", "remove", ["b"]],
    ["gone", [["overmind"], ["overmind"]], "overmind", "none", undefined],
    ["gone, and the run uses that name", [["overmind"]], "cerebrate", "none", undefined],
    ["the admin that the run logs in as", [both, both], "cerebrate", "refused", undefined],
    ["the last admin of one node", [both, ["cerebrate"]], "overmind", "refused", undefined],
  ])("%s", async (_, admins, login, action, write) => {
    const difference = await look(cluster(admins, login));
    expect(difference).toMatchObject({ action });
    expect(difference.write).toEqual(write);
    const changes = action === "none" ? [] : [{ path: "/name", before: "cerebrate", after: null }];
    expect(difference.changes).toEqual(changes);
  });

  it("says which node would be left without an admin", async () => {
    expect((await look(cluster([both, ["cerebrate"]]))).refusals).toEqual([
      { code: "last-admin", admin: "cerebrate", nodes: ["b"] },
    ]);
  });
});

describe("apply", () => {
  it("removes from every node, and then holds", async () => {
    const couch = cluster([both, both]);
    const { write = [] } = await look(couch);
    await removeAdmin.apply(write, contextOf(couch, desired));
    expect(couch.written.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `DELETE ${at("a")}/cerebrate`,
      `DELETE ${at("b")}/cerebrate`,
    ]);
    expect((await look(couch)).action).toBe("none");
  });

  it("fails if the admin comes back from a file that CouchDB does not write", async () => {
    const reads = { [at("a")]: { cerebrate: "-pbkdf2-hush", overmind: "x" } };
    const couch = fakeCouch({ reads, writes: { [`DELETE ${at("a")}/cerebrate`]: () => ({ status: 200, body: "" }) } });
    const error = await removeAdmin.apply(["a"], contextOf(couch, desired)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "not-applied", data: { node: "a", admin: "cerebrate" } });
    expect(String(error)).not.toContain("hush");
  });
});

it("claims what ensureAdmin claims", () => {
  expect(removeAdmin.claims(desired)).toEqual(ensureAdmin.claims({ ...desired, password: "x" }));
});
