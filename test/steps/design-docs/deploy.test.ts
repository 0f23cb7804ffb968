import { describe, expect, it } from "vitest";
import { type DesignDocWrite, deployInPlace } from "../../../src/objects/design-docs/deploy.js";
import { fakeCouch, type Reply, taken, type Written } from "../fake-couch.js";

const write = (name: string, stored?: DesignDocWrite["stored"]): DesignDocWrite => ({
  name,
  doc: { language: "query" },
  stored,
  rebuilds: false,
});
const deploy = async (writes: readonly DesignDocWrite[], bulk?: Reply) => {
  const rows = ({ body }: Written) => ({
    status: 201,
    body: (body as { docs: { _id: string }[] }).docs.map(taken),
  });
  const couch = fakeCouch({ writes: { "POST /zerglings/_bulk_docs": bulk ?? rows } });
  await deployInPlace(couch, "zerglings", writes, new AbortController().signal);
  return couch.written;
};

it("writes one over the revision that was read, and keeps its attachments", async () => {
  const _attachments = { "a.html": { stub: true, digest: "md5-x" } };
  expect(await deploy([write("a/b", { _id: "_design/a/b", _rev: "1-x", _attachments, views: {} })])).toEqual([
    {
      method: "PUT",
      path: "/zerglings/_design/a%2Fb",
      body: { _id: "_design/a/b", _rev: "1-x", _attachments, language: "query" },
    },
  ]);
});

it("writes several in one request", async () => {
  const written = await deploy([write("a"), write("b", { _rev: "3-x" })]);
  expect(written).toEqual([
    {
      method: "POST",
      path: "/zerglings/_bulk_docs",
      body: {
        docs: [
          { _id: "_design/a", language: "query" },
          { _id: "_design/b", _rev: "3-x", language: "query" },
        ],
      },
    },
  ]);
});

it("writes no more than a few megabytes in one request", async () => {
  const big = (name: string) => ({ ...write(name), doc: { text: "x".repeat(3_000_000) } });
  const written = await deploy([big("a"), big("b"), write("c")]);
  expect(written.map(({ body }) => (body as { docs: unknown[] }).docs.length)).toEqual([1, 2]);
});

describe("a request that was only partly accepted", () => {
  const ok = { ok: true, id: "_design/a", rev: "1-x" };
  const conflict = { id: "_design/b", error: "conflict", reason: "Document update conflict." };
  const faulty = { id: "_design/b", error: "compilation_error", reason: "Compilation of the map function failed" };

  it.each([
    ["a conflict: read again", [ok, conflict], "conflict", "_design/b"],
    ["a function that does not compile", [ok, faulty], "request-failed", "Compilation of the map"],
    ["both", [conflict, faulty], "request-failed", "2 of 2"],
  ])("%s", async (_, rows, code, says) => {
    const outcome = deploy([write("a"), write("b")], () => ({ status: 201, body: rows }));
    await expect(outcome).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
  });
});
