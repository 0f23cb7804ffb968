/** What is staged for a set and not deployed, for `status`. Only reads. */
import pMap from "p-map";
import type { Plan, StagedDatabase, StagedStatus } from "../../contract/results.js";
import { commandText } from "../../ledger/command-line.js";
import { readRegistry } from "../../ledger/staged-registry.js";
import { stagedState } from "../../objects/design-docs/staged-state.js";
import type { Run } from "../session.js";

/** @param planned what `apply` would do with the files. Absent: there are none, or they are not applied as they are */
export async function stagedStatus(run: Run, planned?: Plan): Promise<StagedStatus[]> {
  const { groups } = await readRegistry(run.couch, run.place);
  const wanted = planned && new Set(planned.steps.flatMap(({ rebuilds }) => rebuilds.map(({ ahead }) => ahead?.name)));
  const found = await pMap(
    groups,
    async ({ databases, ...group }): Promise<StagedStatus> => {
      const states = await pMap(databases, (database) => stateIn(run, database, group.name), {
        concurrency: run.concurrency,
      });
      const isUnwanted = wanted && group.version !== run.version && !wanted.has(group.name);
      const remove = isUnwanted ? { remove: commandText("stage --abort", run.place) } : {};
      return { ...group, databases: states.flatMap((state) => state ?? []), ...remove };
    },
    { concurrency: 1 },
  );
  return found.filter(({ databases }) => databases.length > 0);
}

/** `undefined`: there is no such document, because it was deployed or removed. */
async function stateIn({ couch }: Run, database: string, name: string): Promise<StagedDatabase | undefined> {
  try {
    const state = await stagedState(couch, database, name);
    return state && { database, ...state };
  } catch {
    // Nothing depends on it: everything else is shown.
    return { database, ready: false };
  }
}
