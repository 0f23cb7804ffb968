/** Checked for the documents of every file: all steps of the database apply, and a second time they write nothing. */
import { toMigrateError } from "../../contract/errors.js";
import type { Step } from "../../migrations/step.js";
import type { Mismatch } from "../check.js";
import type { TestContext } from "../context.js";

export async function applyAll(context: TestContext): Promise<readonly Mismatch[]> {
  const database = await context.withDocuments();
  for (const step of context.set.steps) {
    const failure = await applyOne(step, database, context);
    if (failure !== undefined) return [{ path: "", message: failure }];
  }
  return [];
}

async function applyOne(step: Step, database: string, context: TestContext): Promise<string | undefined> {
  try {
    await context.apply(step, database);
    return (await context.apply(step, database)) ? `step ${step.id} writes again when it is applied again` : undefined;
  } catch (thrown) {
    const error = toMigrateError(thrown);
    if (error.code === "bug" || error.code === "interrupted") throw error;
    return `step ${step.id} fails: ${error.message}`;
  }
}
