import { describe, expect, it } from "vitest";
import { MigrateError } from "../../src/contract/errors.js";
import { hashFor, matches } from "../../src/couch/password-hash.js";
import { ensureAdmin } from "../../src/kinds/ensure-admin.js";
import { unknownSecret } from "../../src/secrets/unknown.js";
import { contextOf, type FakeCouch, type FakeOptions, fakeCouch, type Written } from "./fake-couch.js";

const desired = { name: "overmind", password: " a✓ " };
// The old format, of ten iterations: cheap to derive.
const right = await hashFor("3.3.0", desired.password);
const alsoRight = await hashFor("3.3.0", desired.password);
const wrong = await hashFor("3.3.0", "something else");

const section = (node: string) => `/_node/${encodeURIComponent(node)}/_config/admins`;

/** A cluster of nodes `a`, `b`, … with these hashes, used through the first. */
function cluster(hashes: readonly (string | undefined)[], options: FakeOptions = {}): FakeCouch {
  const nodes = hashes.map((_, i) => "abc".charAt(i));
  const sections = nodes.map((node, i) => [section(node), hashes[i] === undefined ? {} : { overmind: hashes[i] }]);
  const couch: FakeCouch = fakeCouch({
    version: "3.3.0",
    reads: {
      "/_membership": { all_nodes: nodes, cluster_nodes: nodes },
      "/_node/_local": { name: "a" },
      ...Object.fromEntries(sections),
    },
    writes: Object.fromEntries(
      nodes.map((node) => [
        `PUT ${section(node)}/overmind`,
        ({ body }: Written) => {
          couch.set(section(node), { overmind: body });
          return { status: 200, body: "" };
        },
      ]),
    ),
    ...options,
  });
  return couch;
}

const look = (couch: FakeCouch) => ensureAdmin.observe(contextOf(couch, desired));
const nodesWritten = (couch: FakeCouch) => couch.written.map(({ path }) => path.split("/")[2]);

async function bring(couch: FakeCouch) {
  const difference = ensureAdmin.diff(desired, await look(couch));
  if (difference.write) await ensureAdmin.apply(difference.write, contextOf(couch, desired));
  return difference;
}

describe("diff of an unknown password", () => {
  it.each<[string, (string | undefined)[], string[]]>([
    ["one hash everywhere", [wrong, wrong], []],
    ["hashes that differ", [wrong, right, wrong], ["/nodes/b"]],
    ["absent on one", [right, undefined], ["/nodes/b"]],
    ["absent everywhere", [undefined, undefined], ["/name", "/password"]],
  ])("%s", async (_, hashes, paths) => {
    const unknown = { ...desired, password: unknownSecret };
    const observed = await ensureAdmin.observe(contextOf(cluster(hashes), unknown));
    expect(ensureAdmin.diff(unknown, observed).changes.map(({ path }) => path)).toEqual(paths);
  });
});

describe("diff", () => {
  it.each<[string, (string | undefined)[], string, Record<string, string>]>([
    ["one hash everywhere", [right, right, right], "none", {}],
    ["another password", [wrong, wrong], "update", { "/nodes/a": "another password", "/nodes/b": "another password" }],
    ["another password on one", [right, wrong], "update", { "/nodes/b": "another password" }],
    ["absent on one", [right, undefined, right], "update", { "/nodes/b": "absent" }],
    ["other salts", [right, alsoRight, alsoRight], "update", { "/nodes/a": "another hash" }],
    ["not a hash", ["secret", right], "update", { "/nodes/a": "another password" }],
  ])("%s", async (_, hashes, action, before) => {
    const difference = ensureAdmin.diff(desired, await look(cluster(hashes)));
    expect(difference.action).toBe(action);
    expect(Object.fromEntries(difference.changes.map(({ path, before }) => [path, before]))).toEqual(before);
    expect(difference.changes.every(({ after }) => after === "set")).toBe(true);
  });

  it("creates an admin that is absent on every node, and shows no password", async () => {
    const { action, changes } = ensureAdmin.diff(desired, await look(cluster([undefined, undefined])));
    expect({ action, changes }).toEqual({
      action: "create",
      changes: [
        { path: "/name", before: null, after: "overmind" },
        { path: "/password", before: null, after: "***" },
      ],
    });
  });

  it("trusts a successful login for the one hash that all nodes have", async () => {
    const couch = cluster([wrong, wrong], { login: desired });
    expect(ensureAdmin.diff(desired, await look(couch)).action).toBe("none");
  });

  it.each([[[wrong, right]], [[wrong, undefined]], [[undefined, wrong]]])(
    "does not trust a login if the hashes differ: %#",
    async (hashes) => {
      const seen = await look(cluster(hashes, { login: desired }));
      expect(seen?.map(({ fits }) => fits)).toEqual(hashes.map((hash) => hash === right));
    },
  );
});

describe("apply", () => {
  it.each<[string, (string | undefined)[], string[]]>([
    ["creates one hash for all", [undefined, wrong, undefined], ["b", "c", "a"]],
    ["copies the matching one", [wrong, right, undefined], ["c", "a"]],
    ["copies the most common", [alsoRight, right, right], ["a"]],
  ])("%s, with the connected node last", async (_, hashes, written) => {
    const couch = cluster(hashes);
    await bring(couch);
    expect(nodesWritten(couch)).toEqual(written);
    const bodies = new Set(couch.written.map(({ body }) => body));
    expect(bodies.size).toBe(1);
    const [hash] = bodies;
    expect(await matches(String(hash), desired.password)).toBe(true);
    if (hashes.includes(right)) expect(hash).toBe(right);
    expect((await bring(couch)).action).toBe("none");
  });

  it("uses a salt that no node has", async () => {
    const couch = cluster([wrong]);
    await bring(couch);
    const salt = (hash: unknown) => String(hash).split(",")[1];
    expect(salt(couch.written[0]?.body)).not.toBe(salt(wrong));
  });

  it.each([
    ["a run without a login", undefined, ["overmind"]],
    ["a run as this admin", { name: "overmind", password: "former" }, ["overmind"]],
    ["a run as another admin", { name: "cerebrate", password: "x" }, []],
  ])("%s continues as %s", async (_, login, became) => {
    const couch = cluster([wrong], login ? { login } : {});
    await bring(couch);
    expect(couch.became).toEqual(became);
  });

  it("is still pending if the node does not show what it accepted", async () => {
    const writes = { [`PUT ${section("a")}/overmind`]: () => ({ status: 200, body: "" }) };
    const couch = cluster([undefined], { writes });
    expect(await bring(couch)).toMatchObject({ action: "create" });
    expect(await bring(couch)).toMatchObject({ action: "create" });
  });

  it("reveals no secret when it fails", async () => {
    const writes = { [`PUT ${section("a")}/overmind`]: () => new MigrateError("node-down", { message: "node a" }) };
    const error: unknown = await bring(cluster([undefined], { writes })).catch((thrown) => thrown);
    expect(JSON.stringify([error, String(error)])).not.toContain(desired.password);
  });
});

describe("the name", () => {
  const pattern = new RegExp(ensureAdmin.schema.properties?.name?.pattern ?? "never", "u");
  it.each(["overmind", "over.mind@zerg", "Über-mind", "_x"])("%j is accepted", (name) => {
    expect(pattern.test(name)).toBe(true);
  });
  it.each(["", "a:b", "a=b", "[admins]", ";a", " a", "a\nb", "a\tb"])("%j is refused", (name) => {
    expect(pattern.test(name)).toBe(false);
  });
});
