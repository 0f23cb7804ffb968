/**
 * What the Mango query planner sees of a design document. It treats every view of a document with `language: query`
 * as an index that it may choose, built or not, except a view without `options`. Such a view has the same index as
 * one with `options: {}`, which the planner sees. So an index is built hidden from it, in a copy without `options`,
 * and is then used by a document with `options: {}`. `_index` also writes the definition into `options`: that only
 * makes it another index with the same content, which can't be built hidden. (CouchDB's
 * `mango_idx_view:validate_ddoc` and `couch_mrview_util:ddoc_to_mrst`, the same from 2.3 to 3.5.) Pure.
 */
import { isDeepStrictEqual } from "node:util";
import { isObject, membersOf } from "../../text/json.js";
import { type DesignDoc, hasSameIndex } from "./design-doc.js";

function isForPlanner({ language }: DesignDoc): boolean {
  return language === "query";
}

/** Whether a copy can be built that the planner does not choose. */
export function canBeHidden(doc: DesignDoc): boolean {
  return !isForPlanner(doc) || Object.values(membersOf(doc.views)).every(isWithoutEffect);
}

/**
 * The form for a staged deployment: unchanged if another document already has that index, otherwise changed so that
 * its copy can be hidden.
 */
export function stagedForm(doc: DesignDoc, others: readonly DesignDoc[]): DesignDoc {
  if (!isForPlanner(doc) || others.some((other) => hasSameIndex(other, doc))) return doc;
  return withViews(doc, (view) => (isObject(view.options) && isWithoutEffect(view) ? { ...view, options: {} } : view));
}

/** A copy with the same index; the planner ignores the views whose `options` are empty. */
export function hidden(doc: DesignDoc): DesignDoc {
  if (!isForPlanner(doc)) return doc;
  return withViews(doc, (view) => {
    const { options, ...others } = view;
    return isEmpty(options) ? others : view;
  });
}

/** Whether the view `stored` is `asked` in the form of `stagedForm`. */
export function isStagedFormOf(stored: unknown, asked: unknown): boolean {
  if (!isObject(asked) || !isObject(asked.options) || !isWithoutEffect(asked)) return false;
  return isDeepStrictEqual(stored, { ...asked, options: {} });
}

/** `_index` writes `def` and `w`, which have no effect; `collation`, for example, orders the index. */
function isWithoutEffect(view: unknown): boolean {
  return Object.keys(membersOf(membersOf(view).options)).every((key) => key === "def" || key === "w");
}

function isEmpty(options: unknown): boolean {
  return Object.keys(membersOf(options)).length === 0;
}

function withViews(doc: DesignDoc, change: (view: DesignDoc) => unknown): DesignDoc {
  const views = Object.entries(membersOf(doc.views)).map(([name, view]) => [
    name,
    isObject(view) ? change(view) : view,
  ]);
  return { ...doc, views: Object.fromEntries(views) };
}
