/**
 * What the Mango query planner sees of a design document. It takes every view of a document with `language: query` for
 * an index that it may choose, built or not, except a view without `options`. That view has the same index as one with
 * `options: {}`, which the planner sees. So an index is built out of its sight in a copy without `options`, and is then
 * used by a document with `options: {}`. `_index` writes the definition into `options` once more: that has no effect but
 * another index of the same content, which cannot be built out of sight. (CouchDB's `mango_idx_view:validate_ddoc` and
 * `couch_mrview_util:ddoc_to_mrst`, the same from 2.3 to 3.5.) Pure.
 */
import { isDeepStrictEqual } from "node:util";
import { isObject, membersOf } from "../../text/json.js";
import { type DesignDoc, hasSameIndex } from "./design-doc.js";

function isForPlanner({ language }: DesignDoc): boolean {
  return language === "query";
}

/** Whether a copy of it can be built without the planner choosing the copy. */
export function canBeHidden(doc: DesignDoc): boolean {
  return !isForPlanner(doc) || Object.values(membersOf(doc.views)).every(isWithoutEffect);
}

/**
 * The form in which it is deployed when its index is built beside the one that serves: as it is where another document
 * has that index already, otherwise such that its copy can be hidden.
 */
export function stagedForm(doc: DesignDoc, others: readonly DesignDoc[]): DesignDoc {
  if (!isForPlanner(doc) || others.some((other) => hasSameIndex(other, doc))) return doc;
  return withViews(doc, (view) => (isObject(view.options) && isWithoutEffect(view) ? { ...view, options: {} } : view));
}

/** A copy that has the same index; the planner does not see the views whose `options` are empty. */
export function hidden(doc: DesignDoc): DesignDoc {
  if (!isForPlanner(doc)) return doc;
  return withViews(doc, (view) => {
    const { options, ...others } = view;
    return isEmpty(options) ? others : view;
  });
}

/** Whether the view `stored` is what `asked` became in `stagedForm`. */
export function isStagedFormOf(stored: unknown, asked: unknown): boolean {
  if (!isObject(asked) || !isObject(asked.options) || !isWithoutEffect(asked)) return false;
  return isDeepStrictEqual(stored, { ...asked, options: {} });
}

/** `def` and `w` are what `_index` writes; `collation`, say, orders the index. */
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
