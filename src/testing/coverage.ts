/** Which views of the migrations have a row for a document of some test. */

import type { UncoveredView } from "../contract/test-results.js";
import type { Couch } from "../couch/couch.js";
import { path } from "../couch/path.js";
import { compiledViews } from "../design-doc-rules/fields.js";
import { namedDatabases } from "../kinds/targets.js";
import type { Migrations, Step } from "../migrations/step.js";
import { readIds } from "./all-docs.js";
import type { TestContext } from "./context.js";
import { designDocsOf } from "./tested-set.js";

interface View {
  readonly step: Step;
  readonly designDoc: string;
  readonly view: string;
  /** Its index is divided by partition, so a query has to name one. */
  readonly byPartition: boolean;
}

/** @param contexts those whose shared database was used */
export async function findUncovered(
  { steps }: Migrations,
  contexts: readonly TestContext[],
): Promise<readonly UncoveredView[]> {
  let open = steps.flatMap(viewsOf);
  for (const context of contexts) {
    const database = await context.used?.catch(() => undefined);
    if (database === undefined) continue;
    const covered = new Set<View>();
    for (const view of open) if (await hasRows(view, database, context)) covered.add(view);
    open = open.filter((view) => !covered.has(view));
  }
  return open.map(({ step, designDoc, view }) => ({ step: step.id, databases: namedDatabases(step), designDoc, view }));
}

function viewsOf(step: Step): View[] {
  return Object.entries(designDocsOf(step)).flatMap(([designDoc, doc]) => {
    const { partitioned } = (doc.options ?? {}) as { readonly partitioned?: unknown };
    return compiledViews(doc).map(([view]) => ({ step, designDoc, view, byPartition: partitioned !== false }));
  });
}

async function hasRows({ step, designDoc, view, byPartition }: View, database: string, { couch, set }: TestContext) {
  if (!set.steps.includes(step)) return false;
  const below = path`_design/${designDoc}/_view/${view}`;
  if (!set.partitioned || !byPartition) return isQueried(couch, `/${database}/${below}` as typeof below);
  for (const partition of await partitionsOf(couch, database)) {
    const within = path`/${database}/_partition/${partition}/`;
    if (await isQueried(couch, `${within}${below}` as typeof below)) return true;
  }
  return false;
}

async function isQueried(couch: Couch, view: ReturnType<typeof path>): Promise<boolean> {
  const options = { query: { reduce: false, limit: 1 }, accept: [400, 404, 500], keep: false };
  const { body } = await couch.read<{ readonly rows?: readonly unknown[] } | null>(view, options);
  return (body?.rows?.length ?? 0) > 0;
}

async function partitionsOf(couch: Couch, database: string): Promise<ReadonlySet<string>> {
  return new Set([...(await readIds(couch, database))].map((id) => id.slice(0, id.indexOf(":"))));
}
