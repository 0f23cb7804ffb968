/** `apply --plan` and `show` on the command line, before anything is sent. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { planMarkdown } from "../../src/render/plan-markdown.js";
import { planText } from "../../src/render/plan-text.js";
import { plain } from "../../src/render/style.js";
import { applyOf, planOf, stepOf } from "../render/results.js";
import { call } from "./call.js";

const plan = planOf([
  stepOf("zerglings", {
    changes: [{ path: "/name", before: null, after: "zerglings" }],
    approvals: [{ action: "create", databases: ["zerglings"], former: ["+0123456789abcdef"] }],
  }),
]);
const files = { "plan.json": JSON.stringify(plan) };

it.each([
  ["as text", [], planText(plan, plain)],
  ["in detail", ["--details"], planText(plan, plain, { details: true })],
  ["as Markdown", ["--format", "markdown"], planMarkdown(plan)],
  ["as JSON", ["--format", "json"], `${JSON.stringify(plan, null, 2)}\n`],
] as const)("show prints a plan from a file %s", async (_, flags, expected) => {
  const { code, stdout } = await call(["show", "plan.json", ...flags], { files, env: {} });
  expect([code, stdout]).toEqual([0, expected]);
});

it("show writes to --out, and exits with 0 even if the plan has refused steps", async () => {
  const refused = planOf([stepOf("drop", { action: "refused" })]);
  const args = ["show", "plan.json", "--format", "markdown", "--out", "plan.md"];
  const { code, folder } = await call(args, { env: {}, files: { "plan.json": JSON.stringify(refused) } });
  expect(code).toBe(0);
  expect(await readFile(join(folder, "plan.md"), "utf8")).toBe(planMarkdown(refused));
});

it("apply passes the plan on, and the summary names its file and time", async () => {
  const apply = vi.fn(async () => applyOf({ applied: ["zerglings"], approvedBy: { plannedAt: plan.plannedAt } }));
  const { code, stdout } = await call(["apply", "--plan", "plan.json"], { files, engine: { apply } });
  expect([code, stdout]).toEqual([0, expect.stringContaining(`Approved by plan.json of ${plan.plannedAt}.`)]);
  expect(apply).toHaveBeenCalledWith(expect.anything(), expect.objectContaining({ plan }));
});

it("apply shows what is not approved as a plan does", async () => {
  const failure = { id: "zerglings", database: null, code: "unapproved", message: "edited", next: "Plan again." };
  const apply = vi.fn(async () => applyOf({ result: "failed", failures: [failure], unapproved: plan }));
  const { code, stdout } = await call(["apply", "--plan", "plan.json"], { files, engine: { apply } });
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^Not in the approved plan, for .*\n[\s\S]*\+ database[\s\S]*zerglings: edited \[unapproved\]/,
  );
});

const wrong: [title: string, text: string, message: RegExp][] = [
  ["no JSON", "AWS_SECRET=top-secret", /plan\.json is not a plan of couchdb-migrate: it is not JSON/],
  ["another document", "{}", /plan\.json is not a plan of couchdb-migrate/],
  [
    "another format",
    JSON.stringify({ ...plan, formatVersion: 2 }),
    /has formatVersion 2, and this version reads 1: couchdb-migrate 0\.1\.0 made it/,
  ],
  [
    "a step without a checksum",
    JSON.stringify({ ...plan, steps: [{ ...stepOf("a"), checksum: undefined }] }),
    /at \/steps\/0: must have required property 'checksum'/,
  ],
  [
    "an approval without its digests",
    JSON.stringify({ ...plan, steps: [stepOf("a", { approvals: [{ action: "create" } as never] })] }),
    /at \/steps\/0\/approvals\/0: must have required property 'former'/,
  ],
];
for (const command of ["show plan.json", "apply --plan plan.json"]) {
  it.each(wrong)(`${command}: %s is refused, exit code 3, without a word of the file`, async (_, text, message) => {
    const apply = vi.fn(async () => applyOf());
    const { code, stderr } = await call(command.split(" "), { files: { "plan.json": text }, engine: { apply } });
    expect([code, stderr]).toEqual([3, expect.stringMatching(message)]);
    expect(stderr).not.toContain("top-secret");
    expect(apply).not.toHaveBeenCalled();
  });
}

it.each([
  ["--dry-run", /with --dry-run, nothing is applied/],
  ["--part=1/2", /can't be applied in parts/],
] as const)("apply --plan with %s is refused", async (flag, message) => {
  const { code, stderr } = await call(["apply", "--plan", "plan.json", flag], { files });
  expect([code, stderr]).toEqual([3, expect.stringMatching(message)]);
});

it("apply refuses the plan of another set, with both names", async () => {
  const { code, stderr } = await call(["apply", "--plan", "plan.json", "--set", "shop"], { files });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/for the set default, but this run applies the set shop/)]);
});
