/** Describes one event as a level and a sentence, for both log formats. Pure. */
import type { Event } from "../contract/events.js";
import { heldSince } from "../text/held-since.js";
import { count, grouped, rate, remaining, span } from "../text/quantity.js";
import { noMatch } from "../text/step-notes.js";
import { visible } from "../text/visible.js";
import { isCounted, keptSummary } from "./kept.js";
import { notApplied, notStaged } from "./older.js";
import type { Pace } from "./pace.js";
import { alreadyAbsent, removes } from "./removal.js";

const levels = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type Level = (typeof levels)[number];

export interface Description {
  readonly level: Exclude<Level, "silent">;
  readonly message: string;
}

export type StepProgress = Extract<Event, { type: "step-progress" }>;

export const committing = "built; waiting for CouchDB to commit it to disk";

/** @param pace the speed; only for `step-progress` */
export function describeEvent(event: Event, pace?: Pace): Description {
  const { level, message } = describe(event, pace);
  return { level, message: visible(message) };
}

function describe(event: Event, pace: Pace | undefined): Description {
  switch (event.type) {
    case "waiting":
      return info(`waiting for CouchDB at ${event.url}: ${event.reason} (${span(event.milliseconds)})`);
    case "connected":
      return info(`connected to CouchDB ${event.version} at ${event.url} ${as(event.user)}`);
    case "admin-party":
      return { level: "warn", message: `${event.url} is in admin party: everybody who reaches it is an admin` };
    case "lease-waiting": {
      const { holder, since, millisecondsHeld, milliseconds } = event;
      const held = heldSince(`the lease${ofPart(event)}`, since, millisecondsHeld);
      return info(`another runner, ${holder}, ${held}; waiting (${span(milliseconds)})`);
    }
    case "lease-taken":
      if (event.from === undefined) return debug(`lease${ofPart(event)} taken (token ${event.token})`);
      return info(
        `lease${ofPart(event)} taken over from ${event.from}, which stopped renewing it (token ${event.token})`,
      );
    case "lease-released":
      return debug("lease released");
    case "run-begin":
      return info(`${toApply(event)} to apply`);
    case "step-begin":
      return debug(`starting ${event.id}: ${event.title}`);
    case "step-progress":
      if (event.committing) return info(`${progressPlace(event)}: ${committing}`);
      return info(`${progressPlace(event)}: ${event.what}: ${figures(event, pace)}`);
    case "step-end": {
      const level = event.outcome === "unchanged" ? "debug" : "info";
      const differs = event.kept ? `; ${keptText(event.kept)}` : "";
      return { level, message: outcomeText(event) + differs };
    }
    case "step-stopped":
      return info(`${event.id}: unfinished; the next run continues with it`);
    case "step-failed": {
      const place = event.database === undefined ? "" : ` in ${event.database}`;
      return { level: "error", message: `${event.id}${place}: ${event.error.message} [${event.error.code}]` };
    }
    case "warning":
      return { level: "warn", message: event.id === undefined ? event.message : `${event.id}: ${event.message}` };
    case "script-output": {
      const place = event.database === undefined ? event.id : `${event.id} in ${event.database}`;
      if (event.text === undefined) return info(`${event.id}: the script prints more, which is left out`);
      return info(`${place}: the script prints: ${event.text}`);
    }
    case "older": {
      const skipped = event.command === "stage" ? notStaged : notApplied;
      return { level: "warn", message: `${skipped(event.older)}. ${event.older.next}` };
    }
    case "request": {
      const attempt = event.attempt > 1 ? `, attempt ${event.attempt}` : "";
      const outcome = `${event.status ?? "no answer"} (${span(event.milliseconds)}${attempt})`;
      return { level: "trace", message: `${event.method} ${event.path} ${outcome}` };
    }
  }
}

function toApply({ steps, pending }: Extract<Event, { type: "run-begin" }>): string {
  return pending === steps ? count(steps, "step") : `${grouped(pending)} of ${count(steps, "step")}`;
}

/** `applied zerglings: database zerglings (5 ms)`. */
function outcomeText(event: Extract<Event, { type: "step-end" }>): string {
  const { outcome, id } = event;
  const title = event.title + whereText(event);
  const time = `(${span(event.milliseconds)})`;
  if (outcome === "unmatched") return `${id}: ${noMatch} for ${title}`;
  if (!removes(event)) return `${outcome} ${id}: ${title} ${time}`;
  if (outcome === "adopted") return `${outcome} ${id}: ${alreadyAbsent(title)} ${time}`;
  return `${outcome === "applied" ? "removed" : outcome} ${id}: ${title} ${time}`;
}

/** ` in 301 databases`, ` in tenant-0301`. */
function whereText({ database, databases }: Extract<Event, { type: "step-end" }>): string {
  if (database !== undefined) return ` in ${database}`;
  return databases === undefined ? "" : ` in ${count(databases, "database")}`;
}

function keptText(kept: Parameters<typeof keptSummary>[0]): string {
  return isCounted(kept) ? keptSummary(kept) : `differences kept: ${keptSummary(kept)}`;
}

/** `views in zerglings`. */
export function progressPlace({ id, database }: StepProgress): string {
  return database === undefined ? id : `${id} in ${database}`;
}

/** Identifies one piece of work when several report progress. */
export function progressKey({ id, database = "", what }: StepProgress): string {
  return JSON.stringify([id, database, what]);
}

/** `27,000 of 60,000 documents (45%), 3,100 per second, 11 s left`. */
function figures(event: StepProgress, pace: Pace | undefined): string {
  const { done, total, unit } = event;
  const of = total > 0 ? ` of ${grouped(total)}` : "";
  const share = total > 0 ? ` (${percent(event)}%)` : "";
  const speed = pace ? `, ${rate(pace.perSecond)} per second, ${remaining(pace.left)} left` : "";
  return `${grouped(done)}${of} ${unit}${share}${speed}`;
}

export function percent({ done, total }: { readonly done: number; readonly total: number }): number {
  return total > 0 ? Math.min(100, Math.floor((done / total) * 100)) : 0;
}

export function atLeast(level: Level, least: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(least);
}

function ofPart({ part }: { readonly part?: number }): string {
  return part === undefined ? "" : ` of part ${part}`;
}

function info(message: string): Description {
  return { level: "info", message };
}

function debug(message: string): Description {
  return { level: "debug", message };
}

function as(user: string | undefined): string {
  return user === undefined ? "anonymously" : `as ${user}`;
}
