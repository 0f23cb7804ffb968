/** The error about a server that gives no access to its nodes, with the steps that need them. */
import { MigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { configSection } from "../couch/nodes.js";
import { isBootstrap, needsAllNodes } from "../kinds/traits.js";
import type { Step } from "../migrations/step.js";
import { list } from "../text/quantity.js";

const mostNamed = 10;

/** Before the first write: throws `nodes-closed` if one of these steps would meet it later. */
export async function assertNodesOpen(couch: Couch, steps: readonly Step[]): Promise<void> {
  if (!steps.some(needsAllNodes)) return;
  await namingSteps(steps, () => configSection(couch, "_local", "couchdb").catch(unlessClosed));
}

/** The steps meet any other error themselves, each in its turn. */
function unlessClosed(thrown: unknown): void {
  if (isClosed(thrown)) throw thrown;
}

/** Does `work`, and adds the steps that need nodes to its error `nodes-closed`. */
export async function namingSteps<T>(steps: readonly Step[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw isClosed(thrown) ? withSteps(thrown, steps) : thrown;
  }
}

function isClosed(thrown: unknown): thrown is MigrateError {
  return thrown instanceof MigrateError && thrown.code === "nodes-closed" && thrown.data.steps === undefined;
}

function withSteps({ message, next, data, code }: MigrateError, all: readonly Step[]): MigrateError {
  const steps = all.filter((step) => needsAllNodes(step) || isBootstrap(step)).map(({ id }) => id);
  if (steps.length === 0) return new MigrateError(code, { message, next, data });
  const which = steps.length === 1 ? "the step" : "the steps";
  return new MigrateError(code, {
    message: `${message}, so ${which} ${list(steps, mostNamed)} can't work there`,
    next,
    data: { ...data, steps },
  });
}
