/**
 * Waits for builds. A turn is only taken for the build itself: CouchDB commits an index some seconds after it is
 * built, and meanwhile another index can be built. A compaction commits an index, too, but no answer says when every
 * shard is done.
 */
import type { Build } from "./build-failure.js";
import { type BuildTurns, buildTurns } from "./build-turns.js";
import { type BuildContext, BuildWatch } from "./build-watch.js";

/**
 * Resolves when the index is built and committed. Throws the signal's reason once it is aborted, or that the lease is
 * lost; the server continues to build.
 *
 * @param begin writes the design document, which makes CouchDB start the build
 */
export async function awaitBuild(context: BuildContext, build: Build, begin: () => Promise<void>): Promise<void> {
  const turns = buildTurns(context);
  const watch = new BuildWatch(context, build);
  await inTurn(turns, async () => {
    context.signal.throwIfAborted();
    await begin();
    await watch.untilCaughtUp();
  });
  await untilCommitted(turns, watch);
}

/** The same for an index that is built already, up to copies that were not asked. */
export function awaitEveryCopy(context: BuildContext, build: Build): Promise<void> {
  return untilCommitted(buildTurns(context), new BuildWatch(context, build));
}

/** A build that is lost, because the server restarted before the commit, is built again in a turn. */
async function untilCommitted(turns: BuildTurns, watch: BuildWatch): Promise<void> {
  while (!(await watch.isCommitted(turns.ask))) await inTurn(turns, () => watch.untilCaughtUp());
}

async function inTurn(turns: BuildTurns, work: () => Promise<void>): Promise<void> {
  const end = await turns.take();
  try {
    await work();
  } finally {
    end();
  }
}
