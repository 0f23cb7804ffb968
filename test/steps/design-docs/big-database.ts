/**
 * A database that is big enough for a staged deployment, with a design document with two views; one of them changes.
 */
import { onTestFinished } from "vitest";
import { type Gateway, openCouch } from "../../../src/couch/gateway.js";
import { ensureDesignDocs } from "../../../src/kinds/ensure-design-docs.js";
import { uniqueName } from "../../support/databases.js";
import { type Answer, startReader as startQuerying } from "../../support/reader.js";
import { type Addressed, must } from "../../support/request.js";
import { seed } from "../../support/seed.js";
import { contextOf } from "../fake-couch.js";

export const count = 4_000;

export const byKind = { map: "function (doc) { emit(doc.kind, 1); }", reduce: "_sum" };
export const oldView = { map: "function (doc) { emit(doc.n, null); }" };
export const newView = { map: "function (doc) { emit(-doc.n, null); }" };

export const docOf = (changing: unknown, more = {}) => ({ views: { "by-kind": byKind, changing }, ...more });

/** With the old version in place, and its index built. */
export async function bigDatabase(on: Addressed, documents = count, partitioned = false): Promise<string> {
  const name = uniqueName("big");
  await must(on, "PUT", `/${name}?partitioned=${partitioned}`);
  const creature = (n: number) => ({
    ...(partitioned ? { _id: `p${n % 7}:${n}` } : {}),
    n,
    kind: n % 2 ? "zergling" : "drone",
  });
  await seed(on, name, documents, creature, 2_000);
  await must(on, "PUT", `/${name}/_design/brood`, { body: docOf(oldView) });
  const within = partitioned ? "_partition/p1/" : "";
  await must(on, "GET", `/${name}/${within}_design/brood/_view/changing?limit=0`);
  return name;
}

export function open({ url, admin }: Addressed): Gateway {
  const options = { emit: () => {}, signal: new AbortController().signal, redact: (text: string) => text };
  const couch = openCouch({ url, username: admin.name, password: admin.password }, { ...options, readOnly: false });
  onTestFinished(() => couch.close());
  return couch;
}

type Doc = Readonly<Record<string, unknown>>;

export const desiredOf = (database: string, brood: Doc, more = {}) => ({
  database: [database],
  docs: { brood } as Readonly<Record<string, Doc>>,
  deploy: "staged" as const,
  keepPrevious: false,
  ...more,
});

/** One read and one write. Returns the difference that was found. */
export async function bring(couch: Gateway, desired: ReturnType<typeof desiredOf>, more = {}) {
  const { difference, context } = await plan(couch, desired, more);
  if (difference.write !== undefined) await ensureDesignDocs.apply(difference.write, context);
  return difference;
}

export async function plan(couch: Gateway, desired: ReturnType<typeof desiredOf>, more = {}) {
  couch.forget();
  const target = { database: desired.database[0] ?? "" };
  const context = { ...contextOf(couch, desired, target), ...more };
  const observed = await ensureDesignDocs.observe(context);
  const detailed = observed && (await ensureDesignDocs.detail?.(context, observed));
  return { difference: ensureDesignDocs.diff(desired, detailed, target), context };
}

export async function designDocs(on: Addressed, database: string): Promise<string[]> {
  const { rows } = await must(on, "GET", `/${database}/_design_docs`);
  return rows.map(({ id }: { id: string }) => id.slice("_design/".length));
}

export async function indexOf(on: Addressed, database: string, name = "brood") {
  return (await must(on, "GET", `/${database}/_design/${name}/_info`)).view_index;
}

export interface Reader {
  /** The answers that it got, each once. */
  stop(): Promise<string[]>;
}

/** Queries both views repeatedly, as a service would. */
export function startReader(on: Addressed, database: string, pause = 50): Reader {
  const seen = new Set<string>();
  const queries = ["by-kind?", "changing?reduce=false&"].map((view) => ({
    path: `/${database}/_design/brood/_view/${view}update=false`,
    sent:
      () =>
      ({ status, body }: Answer) => {
        const rows = view.startsWith("by-kind") ? body?.rows?.[0]?.value : body?.rows?.length;
        seen.add(`${view.split("?")[0]} ${status} ${rows}`);
      },
  }));
  const reader = startQuerying(() => on, queries, pause);
  return {
    async stop() {
      await reader.stop();
      return [...seen].sort();
    },
  };
}
