/** Refuses documents that a service does not store, before anything is written. CouchDB's own limit is checked offline. */
import { MigrateError } from "../contract/errors.js";
import { cloudantDocument, isCloudant } from "../couch/vendor.js";
import { largerThan } from "../kinds/traits.js";
import type { Step } from "../migrations/step.js";
import { list } from "../text/quantity.js";
import type { Assessment } from "./assess.js";
import { failSome } from "./fail-some.js";
import type { Run } from "./session.js";

const mostNamed = 5;

/** Fails every due step with such a document; the other steps are not started. False: there is none. */
export async function failTooLarge(run: Run, { due }: Assessment): Promise<boolean> {
  const failures: (readonly [string, MigrateError])[] = [];
  for (const step of run.steps) {
    const message = due.has(step.id) ? await whyTooLarge(run, step) : undefined;
    if (message !== undefined)
      failures.push([step.id, new MigrateError("refused", { message, data: { id: step.id } })]);
  }
  return failSome(run, due, failures);
}

/** Why the server can't store all documents of the step. It is only asked if there are large ones. */
export async function whyTooLarge({ couch }: Pick<Run, "couch">, step: Step): Promise<string | undefined> {
  const large = largerThan(step, cloudantDocument);
  if (large.length === 0 || !(await isCloudant(couch))) return undefined;
  const [is, what] = large.length === 1 ? ["is", "the document"] : ["are", "the documents"];
  return `${list(large, mostNamed)} ${is} larger than 1 MB, which is the most that IBM Cloudant stores; split ${what}, or use attachments`;
}
