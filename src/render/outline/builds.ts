/** Which indexes CouchDB builds because of a plan. Pure. */
import type { PlannedStep, Rebuild } from "../../contract/results.js";
import { changesLeft } from "../../text/changes-left.js";
import { groupBy } from "../../text/group-by.js";
import { viewsWithExamples } from "../../text/named-views.js";
import { count, grouped, size } from "../../text/quantity.js";

/** An index that lacks fewer changes than this has them before anybody notices. */
const few = 100;

/** `builds by-age over 60,000 documents (23 MB), the old index serves`: one for each design document. */
export function buildFacts(rebuilds: readonly Rebuild[]): string[] {
  const ahead = rebuilds.filter((one) => one.ahead);
  const open = ahead.filter((one) => !one.ahead?.ready);
  const states: Standing[] = [
    { text: "ready", of: ahead.filter((one) => one.ahead?.ready) },
    { text: leftText(open), of: open },
    { text: "builds", of: rebuilds.filter(isBuilt) },
  ];
  const found = states.filter(({ of }) => of.length > 0);
  const own = ahead.length > 0 && found.length > 1 ? standing(found) : [...buildTexts(rebuilds), ...aheadTexts(ahead)];
  return [...own, ...wayBack(ahead, "the old index"), ...new Set(rebuilds.flatMap(reuseText))];
}

/** Without documents, there is nothing to build. */
function isBuilt({ documents, reuses }: Rebuild): boolean {
  return documents > 0 && reuses === undefined;
}

interface Standing {
  readonly text: string;
  readonly of: readonly Rebuild[];
}

/** `ready in 3 databases`, `9,903 changes left in 1`, `builds in 2`: the top of the plan says what is built. */
function standing(states: readonly Standing[]): string[] {
  return states.map(({ text, of }, i) => {
    const { size: number } = new Set(of.map(({ database }) => database));
    return `${text} in ${i === 0 ? count(number, "database") : grouped(number)}`;
  });
}

function buildTexts(rebuilds: readonly Rebuild[]): string[] {
  const built = groupBy(rebuilds.filter(isBuilt), ({ designDoc, views }) => JSON.stringify([designDoc, views]));
  return [...built.values()].map(buildText);
}

/** @param built of one design document, in one or several databases */
function buildText(built: readonly Rebuild[]): string {
  const views = built[0]?.views ?? [];
  const what = views.length === 0 ? "the index" : viewsWithExamples(views);
  const serves = built.every(({ staged }) => staged) ? "the old index serves" : "queries wait";
  return `builds ${what} over ${extent(built)}, ${serves}`;
}

/** Indexes that `stage` builds ahead: `staged, 12,400 changes left`. No line at the top says what going back takes. */
function aheadTexts(ahead: readonly Rebuild[]): string[] {
  if (ahead.length === 0) return [];
  return [ahead.every((one) => one.ahead?.ready) ? "ready: switches without a build" : `staged, ${leftText(ahead)}`];
}

function leftText(open: readonly Rebuild[]): string {
  const left = open.reduce((sum, { ahead }) => sum + (ahead?.pending ?? 0), 0);
  return changesLeft(left);
}

function reuseText({ documents, reuses, pending = 0, ahead }: Rebuild): string | [] {
  if (documents === 0 || reuses === undefined || ahead) return [];
  const index = `the index of _design/${reuses}`;
  return pending >= few ? `continues ${index}, which lacks ${count(pending, "change")}` : `reuses ${index}`;
}

/** `3 indexes over 1,204,000 documents (4.1 GB), the old ones serve`: of the whole plan. */
export function allBuilds(steps: readonly PlannedStep[]): string | undefined {
  const built = steps.flatMap(({ rebuilds }) => rebuilds).filter(isBuilt);
  if (built.length === 0) return undefined;
  const waiting = built.filter(({ staged }) => !staged).length;
  const them = built.filter((one) => one.wayBack).length === 1 ? "it" : "them";
  const parts = [serving(built.length, waiting), ...wayBack(built, them)];
  return `${count(built.length, "index")} over ${extent(built)}, ${parts.join("; ")}`;
}

function serving(all: number, waiting: number): string {
  if (waiting === 0) return all === 1 ? "the old one serves meanwhile" : "the old ones serve meanwhile";
  if (waiting === all) return all === 1 ? "its queries wait" : "their queries wait";
  return `queries of ${waiting} wait, for the others the old ones serve`;
}

/** `going back builds them again`: only what is staged has a way back. */
function wayBack(rebuilds: readonly Rebuild[], them: string): string[] {
  const kept = rebuilds.filter((one) => one.wayBack === "catchUp");
  const removed = rebuilds.filter((one) => one.wayBack === "build").length;
  if (kept.length === 0) return removed === 0 ? [] : [`going back builds ${them} again`];
  const bytes = kept.reduce((sum, { keptBytes = 0 }) => sum + keptBytes, 0);
  const disk = bytes > 0 ? ` (${size(bytes)} on disk)` : "";
  if (removed === 0) return [`going back reuses ${them}${disk}`];
  return [`going back reuses ${grouped(kept.length)}${disk} and builds ${grouped(removed)} again`];
}

/** How much is read: what several indexes read counts for each. */
function extent(built: readonly Rebuild[]): string {
  const bytes = built.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  const documents = built.reduce((sum, one) => sum + one.documents, 0);
  return count(documents, "document") + (bytes > 0 ? ` (${size(bytes)})` : "");
}
