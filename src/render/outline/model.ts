/** What a plan says, in the order in which it is read. Text and Markdown show the same outline. Values are not escaped. */
import type { Orphan, Plan } from "../../contract/results.js";
import type { Line } from "../changes.js";
import type { Mark } from "./marks.js";

/** Where somebody has to go. */
export interface Reference {
  readonly id: string;
  /** `migrations/001.yaml:3`. */
  readonly at: string;
}

/** A value that takes several lines. */
export interface Detail {
  /** Which value of the object. Empty: the object, or several values. */
  readonly title: string;
  readonly lines: readonly Line[];
}

/** What happens to one object, in one or all databases of its group. */
export interface OutlineLine {
  readonly mark: Mark;
  /** `database`, `index by-date`. */
  readonly what: string;
  /** In which of the databases, unless in all. */
  readonly where?: string;
  /** Which indexes are built. */
  readonly builds: readonly string[];
  readonly facts: readonly string[];
  readonly details: readonly Detail[];
  readonly notes: readonly string[];
  /** Absent: nobody has to go there. */
  readonly reference?: Reference;
  readonly description?: string;
}

/** What a reader must not miss. */
export interface Alert {
  readonly label: "REFUSED" | "NOT APPLIED" | "removes" | "refused" | "cannot read" | "builds" | "warning";
  readonly text: string;
  readonly details: readonly Detail[];
  readonly reference?: Reference;
}

export interface Group {
  /** Names and patterns. Empty: the server. */
  readonly places: readonly string[];
  /** How many databases match. Absent: the names say it. */
  readonly databases?: number;
  readonly lines: readonly OutlineLine[];
}

export interface Outline {
  readonly plan: Pick<Plan, "server" | "set">;
  readonly alerts: readonly Alert[];
  readonly groups: readonly Group[];
  readonly orphans: readonly Orphan[];
  /** Everything is shown, and in full. */
  readonly full: boolean;
}
