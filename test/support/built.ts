import { type Addressed, must, until } from "./request.js";

/** Waits for the index of every copy, with as little load as possible. */
export async function built(on: Addressed, database: string, name: string, view: string): Promise<void> {
  const build = () => must(on, "GET", `/${database}/_design/${name}/_view/${view}?limit=0&update=lazy`);
  await build();
  let agreeing = 0;
  await until(
    async () => {
      const { view_index: index } = await must(on, "GET", `/${database}/_design/${name}/_info`);
      const tasks: readonly { readonly type: string }[] = await must(on, "GET", "/_active_tasks");
      const busy = index.updater_running || tasks.some(({ type }) => type === "indexer");
      if (!busy && index.updates_pending.total > 0) await build();
      agreeing = !busy && index.updates_pending.total === 0 ? agreeing + 1 : 0;
      return agreeing;
    },
    (times) => times >= 3,
    3_600,
  );
}
