/** What a step leaves by design is called kept, with the differences; adopted is only what already holds. */
import { describe, expect, it } from "vitest";
import type { Event } from "../../../src/index.js";
import { applyText } from "../../../src/render/apply-text.js";
import { describeEvent } from "../../../src/render/describe-event.js";
import { planMarkdown } from "../../../src/render/plan-markdown.js";
import { planText } from "../../../src/render/plan-text.js";
import { plain } from "../../../src/render/style.js";
import { must } from "../../support/request.js";
import { server } from "../../support/servers.js";
import { openStage } from "./stage.js";

const seed = (db: string, broods: number) =>
  `- id: seed\n  ensureDocuments: { database: ${db}, docs: [{ _id: overmind, broods: ${broods} }] }\n`;
const differs = { path: "/docs/overmind/broods", server: 7, files: 8, document: "overmind" };

describe("an edited step of seed documents whose documents exist", () => {
  it("is planned, applied and recorded as kept, and nothing is written", async () => {
    const { name, plan, apply, proxy } = await openStage();
    await must(server(), "PUT", `/${name}`);
    await apply(seed(name, 7));

    const planned = await plan(seed(name, 8));
    expect(planned).toMatchObject({
      changes: 0,
      steps: [{ id: "seed", state: "changed", action: "keep", applies: false, changes: [], kept: [differs] }],
    });
    const events: Event[] = [];
    const result = await apply(seed(name, 8), { emit: (event) => events.push(event) });
    expect(result).toMatchObject({
      result: "unchanged",
      applied: [],
      adopted: [],
      kept: [{ id: "seed", differences: [differs] }],
    });
    expect(await must(server(), "GET", `/${name}/overmind`)).toMatchObject({ broods: 7 });
    const ledger = await must(server(), "GET", `/${name}-ledger/_local/couchdb-migrate-default`);
    expect(ledger.entries.seed).toMatchObject({ kept: true });
    expect(ledger.entries.seed).not.toHaveProperty("adopted");

    const end = events.find(({ type }) => type === "step-end") as Event;
    expect(describeEvent(end).message).toMatch(/^kept seed: .*\/docs\/overmind\/broods is 7 \(the files have 8\)/);
    expect(applyText(result, plain)).toMatch(
      /[Kk]ept 1.*\n.*seed:\n.*\/docs\/overmind\/broods is 7 \(the files have 8\)/,
    );
    expect(planText(planned, plain, { columns: 200 })).toMatch(
      /≠ document overmind +kept: \/docs\/overmind\/broods is 7 \(the files have 8\)/,
    );
    expect(planMarkdown(planned)).toMatch(/no changes[\s\S]*≠[\s\S]*kept: .*the files have 8/);

    proxy.reset();
    expect(await apply(seed(name, 8))).toMatchObject({ result: "unchanged", unchanged: ["seed"], kept: [] });
    expect(proxy.writes()).toEqual([]);
  });

  it("is named by every later plan, which does not say that CouchDB matches the files", async () => {
    const { name, plan, apply } = await openStage();
    await must(server(), "PUT", `/${name}`);
    await apply(seed(name, 7));
    await apply(seed(name, 8));
    const planned = await plan(seed(name, 8));
    expect(planned).toMatchObject({ changes: 0, steps: [{ state: "applied", action: "keep", kept: [differs] }] });
    expect(planText(planned, plain)).not.toContain("matches the files");
    expect(planText(planned, plain)).toContain("Nothing to do: differences in seed are kept by design.");
    const verified = await apply(seed(name, 8), { verify: true });
    expect(verified).toMatchObject({
      result: "unchanged",
      unchanged: [],
      kept: [{ id: "seed", differences: [differs] }],
    });
    expect(applyText(verified, plain)).toMatch(/^Kept 1 step\b.*\n {2}differences kept in seed:\n/);
    await must(server(), "PUT", `/${name}/overmind`, {
      body: { broods: 8, _rev: (await must(server(), "GET", `/${name}/overmind`))._rev },
    });
    expect(planText(await plan(seed(name, 8)), plain)).toContain("CouchDB matches the files");
  });
});

it("many kept documents are counted in one sentence, in plan, apply and log", async () => {
  const { name, plan, apply } = await openStage();
  await must(server(), "PUT", `/${name}`);
  const units = (legs: number) =>
    `- id: seed\n  ensureDocuments: { database: ${name}, docs: [${Array.from({ length: 30 }, (_, i) => `{ _id: u${i}, legs: ${legs} }`).join()}] }\n`;
  await apply(units(6));
  const planned = await plan(units(8));
  const events: Event[] = [];
  const result = await apply(units(8), { emit: (event) => events.push(event) });
  const end = events.find(({ type }) => type === "step-end") as Event;
  for (const text of [
    planText(planned, plain, { columns: 200 }),
    planMarkdown(planned),
    applyText(result, plain),
    describeEvent(end).message,
  ]) {
    expect(text).toContain("30 documents differ from the files and are kept");
    expect(text).not.toContain("legs");
  }
  expect(planText(planned, plain, { details: true, columns: 200 })).toContain("/docs/u0/legs is 6 (the files have 8)");
});

it("a deleted document stays deleted, and is kept", async () => {
  const { name, plan, apply } = await openStage();
  await must(server(), "PUT", `/${name}`);
  await apply(seed(name, 7));
  const { _rev } = await must(server(), "GET", `/${name}/overmind`);
  await must(server(), "DELETE", `/${name}/overmind?rev=${_rev}`);
  expect(await plan(seed(name, 7))).toMatchObject({
    changes: 0,
    steps: [{ action: "keep", kept: [{ path: "/docs/overmind", server: null }] }],
  });
});

it("after a lost ledger, documents as in the step are adopted, and others are kept", async () => {
  const { name, apply } = await openStage();
  await must(server(), "PUT", `/${name}`);
  await must(server(), "PUT", `/${name}/overmind`, { body: { broods: 7 } });
  const other = seed(name, 7).replace("id: seed", "id: same");
  expect(await apply(other)).toMatchObject({ adopted: ["same"], kept: [] });
  expect(await apply(seed(name, 8))).toMatchObject({ adopted: [], kept: [{ id: "seed" }] });
});

it("a missing document is created, and a different one alongside it is kept", async () => {
  const { name, plan, apply } = await openStage();
  await must(server(), "PUT", `/${name}`);
  await must(server(), "PUT", `/${name}/overmind`, { body: { broods: 7 } });
  const two = seed(name, 8).replace("] }", ", { _id: kerrigan }] }");
  expect(await plan(two)).toMatchObject({ changes: 1, steps: [{ action: "create", kept: [differs] }] });
  expect(await apply(two)).toMatchObject({ applied: ["seed"], kept: [] });
  expect(await must(server(), "GET", `/${name}/kerrigan`)).toMatchObject({ _id: "kerrigan" });
});
