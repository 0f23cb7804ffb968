import { describe, expect, it } from "vitest";
import { ensureReplication } from "../../../src/kinds/ensure-replication.js";
import { removeReplication } from "../../../src/kinds/remove-replication.js";
import { shownReplication, storedDefinition } from "../../../src/objects/replications/replication.js";
import type { StepFiles } from "../../../src/steps/step-files.js";

const noFiles = {} as StepFiles;
const [source, target] = ["http://a.example/a", "http://b.example/b"];

async function desiredOf(spec: object) {
  const desired = await ensureReplication.resolve?.({ id: "r", source, target, ...spec } as never, noFiles);
  if (!desired) throw new Error("no resolve");
  return desired;
}

const storedOf = (fields: object) => ({ _id: "r", _rev: "2-x", source, target, owner: "admin", ...fields });
const withPassword = (password: string) => ({ url: source, auth: { basic: { username: "zerg", password } } });

it("the place is not part of the document", async () => {
  const { write } = ensureReplication.diff(await desiredOf({ database: "x/_replicator" }), undefined);
  expect(write).toEqual({ source, target });
  const [own, other] = [{ id: "r" }, { id: "r", database: "x/_replicator" }];
  const claims = [own, other].map((place) => ensureReplication.claims({ ...place, source, target }));
  expect(new Set(claims.flat()).size).toBe(2);
  expect([own, other].map(removeReplication.claims)).toEqual(claims);
});

describe("diff", () => {
  it.each<[string, object, object, readonly string[]]>([
    ["the same", {}, {}, []],
    [
      "the same, completed",
      {},
      { _replication_state: "completed", _replication_state_time: "2026", _replication_stats: {} },
      [],
    ],
    ["the same, as stored by older versions", {}, { _replication_id: "x", user_ctx: { name: "admin" } }, []],
    ["the same, with a default in the step", { continuous: false, use_checkpoints: true }, {}, []],
    ["the same, with defaults on the server", {}, { create_target: false, winning_revs_only: false }, []],
    ["another source", { source: "http://c.example/a" }, {}, ["/source"]],
    ["a new password", { source: withPassword("x") }, {}, ["/source"]],
    ["another password", { source: withPassword("x") }, { source: withPassword("y") }, ["/source/auth/basic/password"]],
    [
      "values other than the defaults",
      { continuous: true, use_checkpoints: false },
      {},
      ["/continuous", "/use_checkpoints"],
    ],
    ["a field that is not declared", {}, { continuous: true }, ["/continuous"]],
    ["the same, with a field that no step can name", {}, { note: "by hand" }, []],
    ["another user", { user_ctx: { name: "drone" } }, { user_ctx: { name: "admin" } }, ["/user_ctx/name"]],
    ["a user, where none was", { user_ctx: { name: "drone" } }, {}, ["/user_ctx"]],
    ["the same, in its default database", { database: "_replicator" }, {}, []],
    ["another filter", { selector: { a: { b: 1 } } }, { selector: { a: { b: 2 } } }, ["/selector/a/b"]],
  ])("%s", async (_, spec, fields, paths) => {
    const { action, changes } = ensureReplication.diff(await desiredOf(spec), storedOf(fields));
    expect(changes.map(({ path }) => path)).toEqual(paths);
    expect(action).toBe(paths.length > 0 ? "update" : "none");
  });

  it("overwrites the revision that was read, keeps the owner and other fields, and drops the state", async () => {
    const kept = { owner: "kerrigan", user_ctx: { name: "kerrigan" }, note: "by hand" };
    const stored = storedOf({ _replication_state: "completed", ...kept });
    const difference = ensureReplication.diff(await desiredOf({ continuous: true }), stored);
    expect(difference.write).toEqual({
      _rev: "2-x",
      source,
      target,
      continuous: true,
      ...kept,
    });
    expect(difference.warnings).toEqual([{ code: "replication-restarts" }]);
  });

  it("says that CouchDB has given up on it", async () => {
    const stored = storedOf({ _replication_state: "failed", _replication_state_reason: "x" });
    expect(ensureReplication.diff(await desiredOf({}), stored)).toMatchObject({
      action: "none",
      warnings: [{ code: "replication-failed", id: "r", state: "failed" }],
    });
  });
});

describe("no credential is shown", () => {
  const secrets = {
    source: "http://zerg:hunter2@a.example/a",
    target: {
      url: "http://u:hunter2@b.example/b",
      headers: { Authorization: "Basic hunter2", "X-A": "hunter2" },
      auth: { basic: { username: "kerrigan", password: "hunter2" }, iam: { api_key: "hunter2" } },
    },
    source_proxy: "http://u:hunter2@proxy.example",
  };
  const shown = {
    source: "http://***@a.example/a",
    target: {
      url: "http://***@b.example/b",
      headers: { Authorization: "***", "X-A": "***" },
      auth: { basic: { username: "kerrigan", password: "***" }, iam: { api_key: "***" } },
    },
    source_proxy: "http://***@proxy.example",
  };

  it("for a new replication", async () => {
    const { changes } = ensureReplication.diff(await desiredOf(secrets), undefined);
    expect(Object.fromEntries(changes.map(({ path, after }) => [path.slice(1), after]))).toEqual(shown);
  });

  it("for an existing one", () => {
    expect(shownReplication(storedDefinition(storedOf(secrets)))).toEqual(shown);
    const stored = { id: "r", rev: "2-x", deleted: false, doc: storedOf(secrets) };
    expect(removeReplication.diff({ id: "r" }, [stored]).changes).toEqual([
      { path: "/id", before: shown, after: null },
    ]);
  });

  it("for a changed one", async () => {
    for (const [spec, stored] of [
      [secrets, {}],
      [{}, secrets],
      [secrets, JSON.parse(JSON.stringify(secrets).replaceAll("hunter2", "hunter2-old"))],
    ]) {
      const { changes } = ensureReplication.diff(await desiredOf(spec), storedOf(stored));
      expect(changes).not.toEqual([]);
      expect(JSON.stringify(changes)).not.toContain("hunter2");
    }
  });
});

describe("check", () => {
  it.each<[string, object, readonly string[]]>([
    ["URLs", {}, []],
    ["a bare name", { source: "zerglings" }, ["/source not-a-url"]],
    ["a bare name in an object", { target: { url: "zerglings" } }, ["/target/url not-a-url"]],
    ["a server without a database", { target: "http://b.example/" }, ["/target not-a-database"]],
    ["no URL", { source: "http://a b/" }, ["/source not-a-url"]],
    ["two filters", { doc_ids: ["a"], filter: "a/b" }, ["/filter two-filters"]],
    ["an id reserved by CouchDB", { id: "_design/a" }, ["/id bad-document-id"]],
  ])("%s", (_, spec, expected) => {
    const problems = ensureReplication.check?.spec?.({ id: "r", source, target, ...spec } as never) ?? [];
    expect(problems.map(({ path, code }) => `${path} ${code}`)).toEqual(expected);
  });
});
