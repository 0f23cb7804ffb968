import type { CouchNode } from "./couchdb.js";

export type NodeFault = "stop" | "hang" | "kill";

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Within three seconds, makes the node fail for some seconds, and brings it back. Says when each happens. */
export async function breakFor(
  node: CouchNode,
  fault: NodeFault,
  happened: (what: string) => void = () => {},
): Promise<void> {
  await sleep(Math.random() * 3_000);
  happened(`the ${fault} of ${node.name}`);
  if (fault === "hang") node.pause();
  else if (fault === "kill") await node.kill();
  else await node.stop();
  await sleep(1_000 + Math.random() * 4_000);
  if (fault === "hang") node.resume();
  else await node.start();
  happened(`the return of ${node.name}`);
}
