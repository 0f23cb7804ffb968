/** What is staged and not deployed, for people. */
import type { StagedDatabase, StagedStatus } from "../contract/results.js";
import { changesLeft } from "../text/changes-left.js";
import { grouped, list, size } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import type { Style } from "./style.js";

const databasesShown = 3;

export function stagedText(staged: readonly StagedStatus[], { dim }: Style): string {
  const lines = staged.flatMap(({ designDoc, databases, since, version, remove }) => {
    const names = databases.map(({ database }) => visible(database));
    const what = `_design/${visible(designDoc)} in ${list(names, databasesShown)}`;
    const origin = dim(`since ${visible(since)}, for version ${visible(version)}`);
    const note = `${dim("note:")} these files do not want it; \`${visible(remove ?? "")}\` removes everything that is staged`;
    return [`  ${what}: ${stateText(databases)} ${origin}`, ...(remove === undefined ? [] : [`      ${note}`])];
  });
  return ["Staged, not deployed:", ...lines].join("\n");
}

/** `ready (4.1 GB)`, `12,400 changes left in 3 of 10 (4.1 GB)`, `number of changes left unknown`. */
function stateText(databases: readonly StagedDatabase[]): string {
  const open = databases.filter(({ ready }) => !ready);
  const left = open.reduce((sum, { pending = 0 }) => sum + pending, 0);
  const bytes = databases.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  const where = databases.length > 1 ? ` in ${grouped(open.length)} of ${grouped(databases.length)}` : "";
  const state = open.length === 0 ? "ready" : `${changesLeft(left)}${where}`;
  return `${state}${bytes > 0 ? ` (${size(bytes)})` : ""}`;
}
