import { describe, expect, it } from "vitest";
import { ensureConfig } from "../../src/kinds/ensure-config.js";
import { removeConfig } from "../../src/kinds/remove-config.js";
import type { NodeConfig } from "../../src/objects/config-values.js";
import { contextOf, type FakeCouch, fakeCouch } from "./fake-couch.js";

const desired = { log: { level: "debug" } };
const level = "/log/level";

/** Nodes `a`, `b`, …, with these values at `[log] level`; `null`: a node that is down. */
function seen(...values: (string | undefined | null)[]): NodeConfig[] {
  return values.map((value, i) => ({
    node: "abc".charAt(i),
    down: value === null,
    values: new Map(typeof value === "string" ? [["config/log/level", value]] : []),
  }));
}

describe("ensureConfig: diff", () => {
  it.each([
    ["held everywhere", seen("debug", "debug"), "none", [], []],
    ["absent everywhere", seen(undefined, undefined), "create", [[level, null, "debug"]], ["a", "b"]],
    ["another value everywhere", seen("info", "info"), "update", [[level, "info", "debug"]], ["a", "b"]],
    ["another value on one", seen("debug", "info"), "update", [[level, { a: "debug", b: "info" }, "debug"]], ["b"]],
    ["absent on one", seen(undefined, "debug"), "update", [[level, { a: null, b: "debug" }, "debug"]], ["a"]],
    ["held by the node that is up", seen("debug", null), "none", [], []],
    ["wrong on the node that is up", seen("info", null), "update", [[level, "info", "debug"]], ["a"]],
    ["all nodes down", seen(null, null), "create", [], []],
  ])("%s", (_, nodes, action, changes, written) => {
    const difference = ensureConfig.diff(desired, nodes);
    expect(difference.action).toBe(action);
    expect(difference.changes.map(({ path, before, after }) => [path, before, after])).toEqual(changes);
    expect((difference.write ?? []).map(({ node }) => node)).toEqual(written);
    expect(difference.warnings).toEqual(
      nodes.filter(({ down }) => down).map(({ node }) => ({ code: "node-down", node })),
    );
  });

  it.each([
    ["chttpd_auth", "secret", "***"],
    ["jwt_keys", "hmac:_default", "***"],
    ["replicator", "password", "***"],
    ["mine", "proxy_password", "***"],
    ["mine", "API_TOKEN", "***"],
    ["mine", "proxy", "http://***@proxy.example"],
    ["mine", "size", "12"],
  ])("[%s] %s is shown as %s", (section, key, shown) => {
    const was = shown === "***" ? "hush" : shown.replace("***", "u:hush");
    const nodes = [{ node: "a", down: false, values: new Map([[`config/${section}/${key}`, was]]) }];
    const { changes } = ensureConfig.diff({ [section]: { [key]: `${was}2` } }, nodes);
    expect(changes).toMatchObject([{ before: shown }]);
    expect(JSON.stringify(changes)).not.toContain("hush");
  });
});

describe("ensureConfig: check", () => {
  const problems = (value: string) => ensureConfig.check?.spec?.({ log: { level: value } }) ?? [];

  it.each(["debug", "a;b", "x;", "a = b", '"quoted"', "# no comment", "a\tb", "[a]", "é", "5", "0x1F", "true"])(
    "%j is accepted",
    (value) => expect(problems(value)).toEqual([]),
  );

  it.each([
    ["", "drops empty values"],
    ["a\nb", "one line"],
    ["a\rb", "one line"],
    [" a", "white space"],
    ["a\t", "white space"],
    ["à", "white space"],
    ["; a", "comment"],
    [";a", "comment"],
    ["a ; b", "comment"],
    ["a\t;b", "comment"],
    ["✓", "characters"],
    ["ß", "characters"],
    ["a\u0000b", "characters"],
  ])("%j is refused", (value, why) => {
    expect(problems(value)).toMatchObject([{ path: level, message: expect.stringContaining(why) }]);
    if (value.trim().length > 2) expect(problems(value)[0]?.message).not.toContain(value);
  });

  it("refers passwords to ensureAdmin", () => {
    expect(ensureConfig.check?.spec?.({ admins: { overmind: "secret" } })).toMatchObject([
      { path: "/admins", message: expect.stringContaining("ensureAdmin") },
    ]);
    expect(removeConfig.check?.spec?.({ admins: ["overmind"] })).toMatchObject([
      { path: "/admins", message: expect.stringContaining("removeAdmin") },
    ]);
  });

  it.each<[string, boolean]>([
    ["level", true],
    ["hmac:_default", true],
    ["partitioned||*", true],
    ["a key", true],
    ["a=b=", true],
    ["=a", false],
    ["a =b", false],
    [";a", false],
    ["a;b", false],
    ["[a", false],
    ["a]", false],
    [" a", false],
    ["a ", false],
    ["", false],
  ])("the key %j: %s", (key, taken) => {
    const { pattern = "" } = (ensureConfig.schema.additionalProperties as { propertyNames: { pattern: string } })
      .propertyNames;
    expect(new RegExp(pattern, "u").test(key)).toBe(taken);
  });
});

describe("ensureConfig: what CouchDB's file needs", () => {
  const pem = "-----BEGIN PUBLIC KEY-----\r\nMFkw\r\nEw==\r\n-----END PUBLIC KEY-----\r\n";
  const line = "-----BEGIN PUBLIC KEY-----\\nMFkw\\nEw==\\n-----END PUBLIC KEY-----";
  const stored = (value: string, version = "3.5.0") => [
    { node: "a", down: false, version, values: new Map([["config/jwt_keys/rsa:a=", value]]) },
  ];

  it("a key in PEM is stored in one line, and compared with that", () => {
    const keys = { jwt_keys: { "rsa:a=": pem } };
    expect(ensureConfig.check?.spec?.(keys)).toEqual([]);
    expect(ensureConfig.diff(keys, stored("another"))).toMatchObject({ write: [{ settings: [{ value: line }] }] });
    expect(ensureConfig.diff(keys, stored(line))).toMatchObject({ action: "none" });
  });

  it.each([
    ["3.2.3", "refused"],
    ["3.3.0", "none"],
  ])("a key with a `=` on CouchDB %s: %s", (version, action) => {
    expect(ensureConfig.diff({ jwt_keys: { "rsa:a=": "x" } }, stored("x", version)).action).toBe(action);
  });

  it("two keys of which CouchDB overwrites one are refused", () => {
    expect(ensureConfig.check?.spec?.({ jwt_keys: { "hmac:a=": "x", "hmac:a": "y" } })).toMatchObject([
      { path: "/jwt_keys/hmac:a", code: "bad-config-key" },
    ]);
  });

  it.each([
    ["cors:http://zerg.example:80/a", true],
    ["log", true],
    ["couch_httpd_auth", true],
    ["cors:", false],
    [":cors", false],
    ["my plugin", true],
    ["cors:a b", true],
    [" plugin", false],
    ["plugin ", false],
    ["cors: a", false],
    ["cors:a ", false],
    ["cors:[::1]", false],
    ["cors:a\nb", false],
    ["a/b", false],
  ])("the section %j: %s", (section, taken) => {
    const { pattern = "" } = ensureConfig.schema.propertyNames as { pattern: string };
    expect(new RegExp(pattern, "u").test(section)).toBe(taken);
  });

  it("a section that CouchDB does not recognise in its file gets an empty one before it, once", async () => {
    const [section, at] = ["cors:http://z", "/_node/a/_config/cors%3Ahttp%3A%2F%2Fz"];
    const separator = "/_node/a/_config/before.cors.3ahttp.3a.2f.2fz/end";
    const write = [{ node: "a", settings: [{ section, key: "max_age", value: "7" }] }];
    const written = async (values: object) => {
      const couch = fakeCouch({ reads: { [at]: values } });
      await ensureConfig.apply(write, contextOf(couch, {}));
      return couch.written.map(({ method, path }) => `${method} ${path}`);
    };
    expect(await written({})).toEqual([`PUT ${separator}`, `DELETE ${separator}`, `PUT ${at}/max_age`]);
    expect(await written({ credentials: "true" })).toEqual([`PUT ${at}/max_age`]);
  });
});

describe("ensureConfig: apply", () => {
  const at = (node: string) => `/_node/${node}/_config/log`;

  function cluster(values: Readonly<Record<string, string | undefined>>, keeps = true): FakeCouch {
    const nodes = Object.keys(values);
    const couch: FakeCouch = fakeCouch({
      reads: {
        "/_membership": { all_nodes: nodes, cluster_nodes: nodes },
        ...Object.fromEntries(nodes.map((node) => [at(node), { level: values[node] }])),
      },
      writes: Object.fromEntries(
        nodes.map((node) => [
          `PUT ${at(node)}/level`,
          ({ body }: { readonly body?: unknown }) => {
            if (keeps) couch.set(at(node), { level: body });
            return { status: 200, body: "" };
          },
        ]),
      ),
    });
    return couch;
  }

  async function bring(couch: FakeCouch) {
    const context = contextOf(couch, desired);
    const difference = ensureConfig.diff(desired, await ensureConfig.observe(context));
    if (difference.write) await ensureConfig.apply(difference.write, context);
    return difference.action;
  }

  it("writes to the nodes that need it, and then holds", async () => {
    const couch = cluster({ a: "debug", b: "info", c: undefined });
    expect(await bring(couch)).toBe("update");
    expect(couch.written.map(({ path, body }) => [path, body])).toEqual([
      [`${at("b")}/level`, "debug"],
      [`${at("c")}/level`, "debug"],
    ]);
    expect(await bring(couch)).toBe("none");
  });

  it("is still pending if a node does not show what it accepted", async () => {
    const couch = cluster({ a: "info" }, false);
    expect(await bring(couch)).toBe("update");
    expect(await bring(couch)).toBe("update");
  });
});

describe("removeConfig: diff", () => {
  const keys = { log: ["level"] };

  it.each([
    ["gone everywhere", seen(undefined, undefined), "none", [], []],
    ["there", seen("info", "info"), "remove", [[level, "info", null]], ["a", "b"]],
    ["present on one", seen(undefined, "info"), "remove", [[level, { a: null, b: "info" }, null]], ["b"]],
    ["gone on the node that is up", seen(undefined, null), "none", [], []],
  ])("%s", (_, nodes, action, changes, written) => {
    const difference = removeConfig.diff(keys, nodes);
    expect(difference.action).toBe(action);
    expect(difference.changes.map(({ path, before, after }) => [path, before, after])).toEqual(changes);
    expect((difference.write ?? []).map(({ node }) => node)).toEqual(written);
  });

  it("fails if the value comes back from a file that CouchDB does not write", async () => {
    const couch = fakeCouch({
      reads: {
        "/_membership": { all_nodes: ["a"], cluster_nodes: ["a"] },
        "/_node/a/_config/log": { level: "info" },
      },
      writes: { "DELETE /_node/a/_config/log/level": () => ({ status: 200, body: "info" }) },
    });
    const write = [{ node: "a", keys: [{ section: "log", key: "level" }] }];
    await expect(removeConfig.apply(write, contextOf(couch, keys))).rejects.toMatchObject({
      code: "not-applied",
      message: expect.stringContaining("still exists on node a"),
      next: expect.stringContaining("ensureConfig"),
    });
  });

  it("claims what ensureConfig claims", () => {
    expect(removeConfig.claims(keys)).toEqual(ensureConfig.claims(desired));
  });
});
