/** What a stage and a switch may leave on the server. */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { CouchNode } from "../../support/couchdb.js";
import { must, until } from "../../support/request.js";
import { seenIn } from "./judge.js";
import { pathOf, views } from "./versions.js";

/** Violations. Nothing is staged or being deployed any more. */
export async function leftovers(nodes: readonly CouchNode[], database: string): Promise<string[]> {
  const found = await Promise.all(nodes.map((node) => leftoversOn(node, database)));
  return found.flat();
}

async function leftoversOn(node: CouchNode, database: string): Promise<string[]> {
  const ids = async () => {
    const { rows } = await must(node, "GET", `/${database}/_design_docs`);
    return rows.map(({ id }: { id: string }) => id).join(", ");
  };
  const { view_index: index } = await must(node, "GET", `/${database}/_design/brood/_info`);
  const signatures = async () => (await indexFiles(node, database)).join(", ");
  const lease = await must(node, "GET", "/couchdb-migrate/lease-default");
  return [
    ...(await unlike(ids, "_design/brood", `design documents on ${node.name}`)),
    // Copies of a node that was down are removed once that node has heard of it.
    ...(await unlike(signatures, index.signature, `index files on ${node.name}`)),
    ...(lease.holder === null ? [] : [`${lease.holder} still holds the lease`]),
  ];
}

async function unlike(ask: () => Promise<string>, expected: string, what: string): Promise<string[]> {
  return until(ask, (found) => found === expected).then(
    () => [],
    async () => [`${what}: ${await ask()}, not ${expected}`],
  );
}

/** Resolves when no copy of the index is far behind: a node that was killed builds it again. */
export async function caughtUp(node: CouchNode, database: string): Promise<void> {
  let agreeing = 0;
  await until(
    async () => {
      const { view_index: index } = await must(node, "GET", `/${database}/_design/brood/_info`);
      agreeing = index.updates_pending.total < 100 ? agreeing + 1 : 0;
      return agreeing;
    },
    (times) => times >= 20,
    600,
  );
}

/** The signatures of the indexes that have a file. */
async function indexFiles(node: CouchNode, database: string): Promise<string[]> {
  const folder = join(dirname(node.iniFile), "data");
  const files = await readdir(folder, { recursive: true });
  const own = files.filter((file) => file.includes(`/${database}.`) && file.endsWith(".view"));
  return [...new Set(own.map((file) => basename(file).replace(/(\.compact)?\.view$/, "")))].sort();
}

/** Violations. Compares the views with the documents themselves, once nobody writes any more. */
export async function untruths(nodes: readonly CouchNode[], database: string): Promise<string[]> {
  const [first] = nodes;
  if (!first) throw new Error("no node");
  const { rows } = await must(first, "GET", `/${database}/_all_docs?include_docs=true`);
  const docs: { edits?: number }[] = rows.map(({ doc }: { doc: object }) => doc);
  const creatures = docs.filter(({ edits }) => edits !== undefined);
  const edits = creatures.reduce((all, doc) => all + (doc.edits ?? 0), 0);
  const found: string[] = [];
  for (const node of nodes) {
    for (const view of views) {
      const ask = async () => {
        const answer = { status: 200, body: await must(node, "GET", pathOf(database, view, "true")) };
        const seen = seenIn(view, answer);
        return typeof seen === "string" ? seen : `${seen.documents} documents, ${seen.edits ?? edits} edits`;
      };
      found.push(...(await unlike(ask, `${creatures.length} documents, ${edits} edits`, `${view} on ${node.name}`)));
    }
  }
  return found;
}
