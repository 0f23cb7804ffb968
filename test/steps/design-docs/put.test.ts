import { describe, expect, it } from "vitest";
import { MigrateError } from "../../../src/contract/errors.js";
import { putDesignDoc } from "../../../src/objects/design-docs/put.js";
import { fakeCouch, type Reply, taken, type Written } from "../fake-couch.js";

const docs = (body: unknown) => (body as { docs: { _id: string }[] }).docs;
const sent = ({ method, path, body }: Written) =>
  path.endsWith("/_bulk_docs") ? `${docs(body).map(({ _id }) => _id.slice(8))}` : `${method} ${path}`;
const all: Reply = ({ body }) => ({
  status: 201,
  body: docs(body).map(taken),
});

async function put(names: readonly string[], bulk: Reply = all, alone: Readonly<Record<string, Reply>> = {}) {
  const couch = fakeCouch({ writes: { "POST /zerglings/_bulk_docs": bulk, ...alone } });
  const outcomes = await Promise.allSettled(
    names.map((name) => putDesignDoc(couch, "zerglings", { _id: `_design/${name}`, views: {} })),
  );
  const codes = outcomes.map((one) => (one.status === "fulfilled" ? "taken" : one.reason.code));
  return { sent: couch.written.map(sent), codes };
}

it.each([
  ["one alone", ["a/b"], ["PUT /zerglings/_design/a%2Fb"]],
  ["several concurrent writes share a request", ["a", "b", "c"], ["a,b,c"]],
])("%s", async (_, names, requests) => {
  expect(await put(names)).toEqual({ sent: requests, codes: names.map(() => "taken") });
});

it("databases and later writes have separate requests", async () => {
  const couch = fakeCouch();
  await Promise.all([putDesignDoc(couch, "a", { _id: "_design/x" }), putDesignDoc(couch, "b", { _id: "_design/x" })]);
  await putDesignDoc(couch, "a", { _id: "_design/y" });
  expect(couch.written.map(sent)).toEqual(["PUT /a/_design/x", "PUT /b/_design/x", "PUT /a/_design/y"]);
});

describe("what is not accepted together", () => {
  const refusal = (code: "conflict" | "request-failed" | "outcome-unknown") =>
    new MigrateError(code, { message: code });
  const butFor =
    (name: string): Reply =>
    ({ body }) => ({
      status: 201,
      body: docs(body).map((doc) => (doc._id === `_design/${name}` ? { id: doc._id, error: "forbidden" } : taken(doc))),
    });

  it("is sent again alone, and its step gets the reason; the others are done", async () => {
    const alone = { "PUT /zerglings/_design/b": () => refusal("conflict") };
    expect(await put(["a", "b", "c"], butFor("b"), alone)).toEqual({
      sent: ["a,b,c", "PUT /zerglings/_design/b"],
      codes: ["taken", "conflict", "taken"],
    });
  });

  it("is sent one by one if all are refused because of one", async () => {
    const alone = { "PUT /zerglings/_design/b": () => refusal("request-failed") };
    expect(await put(["a", "b"], () => refusal("request-failed"), alone)).toEqual({
      sent: ["a,b", "PUT /zerglings/_design/a", "PUT /zerglings/_design/b"],
      codes: ["taken", "request-failed"],
    });
  });

  it("has an unknown outcome for every step if the answer is lost", async () => {
    expect(await put(["a", "b"], () => refusal("outcome-unknown"))).toEqual({
      sent: ["a,b"],
      codes: ["outcome-unknown", "outcome-unknown"],
    });
  });
});
