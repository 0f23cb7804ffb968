/** A step as lines of the outline. Pure. */
import type { Change, PlannedStep } from "../../contract/results.js";
import { count } from "../../text/quantity.js";
import { noMatch } from "../../text/step-notes.js";
import { keptLines } from "../kept.js";
import { removes } from "../removal.js";
import { buildFacts } from "./builds.js";
import { sayChanged, sayCreated } from "./changed.js";
import type { Mark } from "./marks.js";
import type { OutlineLine } from "./model.js";
import { type Piece, piecesOf } from "./pieces.js";
import { placeOf } from "./place.js";
import { whereText } from "./where.js";

/** @param full everything, not only what is short */
export function stepLines(step: PlannedStep, verify: boolean, full: boolean): OutlineLine[] {
  const pieces = piecesOf(step, verify, full);
  const told = new Set<number>();
  const lines = pieces.map((piece) => {
    const rebuilds = step.rebuilds.filter((one, i) => {
      const isOfPiece = isOfObject(piece, one.designDoc, one.views) && isIn(piece, one.database, step);
      return isOfPiece && !told.has(i) && told.add(i);
    });
    const others = pieces.filter((other) => other !== piece && isAbout(other, piece));
    return {
      mark: piece.mark,
      what: piece.what,
      ...where(step, piece, others, full),
      builds: buildFacts(rebuilds),
      ...said(step, piece, full),
      notes: [],
    };
  });
  const kept = step.kept ? [keptLine(step, full)] : [];
  return combined(step, [...lines, ...kept], full);
}

/** What another piece says is said of the same object, or of all. */
function isAbout(other: Piece, { root }: Piece): boolean {
  return other.root === root || other.root === "";
}

function said({ kind, target }: PlannedStep, { mark, root, changes }: Piece, full: boolean) {
  if (mark === "+") return sayCreated(kind, root, target, changes, full);
  if (mark === "*" && isMissing(root, changes)) {
    const { details } = sayCreated(kind, root, target, changes, full);
    return { facts: ["drifted: missing on the server"], details };
  }
  const { facts, details } = sayChanged(
    root,
    full ? changes : changes.map((change) => withoutIndex(kind, change)),
    full,
  );
  const state = states[mark];
  const word = mark === "=" && removes({ kind }) ? "already absent" : state;
  return { facts: word === undefined ? facts : [word, ...facts], details };
}

/** The object is not on the server at all. */
function isMissing(root: string, changes: readonly Change[]): boolean {
  return root !== "" && changes.length > 0 && changes.every(({ path, before }) => path === root && before === null);
}

/** Members have no order. */
function withoutIndex(kind: string, change: Change): Change {
  return kind === "ensureSecurity" ? { ...change, path: change.path.replace(/\/\d+$/, "") } : change;
}

const states: Partial<Record<Mark, string>> = { "=": "adopted", "*": "drifted", "<": "skipped", "·": noMatch };

function keptLine(step: PlannedStep, full: boolean): OutlineLine {
  const [first = "", ...others] = keptLines(step.kept ?? [], full);
  const lines = [first, ...others].map((text) => ({ mark: " " as const, text }));
  return {
    mark: "≠",
    what: placeOf(step).what,
    builds: [],
    facts: others.length === 0 ? [`kept: ${first}`] : ["kept:"],
    details: others.length === 0 ? [] : [{ title: "", lines }],
    notes: [],
  };
}

/** New documents of one step are one line. */
function combined(step: PlannedStep, lines: readonly OutlineLine[], full: boolean): OutlineLine[] {
  const isNew = ({ mark, what }: OutlineLine) => mark === "+" && what.startsWith("document ");
  const made = lines.filter(isNew);
  const [first] = made;
  if (step.kind !== "ensureDocuments" || full || !first || made.length < 2) return [...lines];
  if (made.some(({ where }) => where !== first.where)) return [...lines];
  const facts = made.map(({ what }) => what.slice("document ".length));
  const all = { ...first, what: count(made.length, "document"), facts: [facts.join(", ")] };
  return [all, ...lines.filter((line) => !isNew(line))];
}

function where(step: PlannedStep, piece: Piece, others: readonly Piece[], full: boolean): { readonly where?: string } {
  const all = Object.keys(step.databases).length;
  const databases = piece.databases.flatMap((name) => name ?? []);
  if (databases.length === 0) return {};
  const isDone = others.length === 0 && !step.kept;
  const text = whereText(databases, all, isDone ? restOf(step) : undefined, full);
  return text === undefined ? {} : { where: text };
}

function isOfObject({ root, what }: Piece, designDoc: string, views: readonly string[]): boolean {
  if (root === "") return true;
  return what === `design document ${designDoc}` || views.some((view) => what === `index ${view}`);
}

function isIn({ databases }: Piece, database: string, step: PlannedStep): boolean {
  return databases.includes(database) || Object.keys(step.databases).length < 2;
}

function restOf(step: PlannedStep): string {
  if (step.kind === "transformDocuments") return "are done";
  return removes(step) ? "do not have it" : "have it";
}
