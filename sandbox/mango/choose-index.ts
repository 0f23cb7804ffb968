/**
 * Chooses the index for a query. The sandbox always scans all documents: the index only decides the order and the
 * errors.
 */

import { isObject } from "../json.js";
import { mangoError } from "./errors.js";
import type { MangoIndex } from "./indexes.js";
import { only, type Selector } from "./normalize.js";
import type { Sort } from "./options.js";

export interface Wish {
  readonly selector: Selector;
  readonly sort: Sort;
  /** `use_index`: a design document, and optionally the name of an index in it. */
  readonly useIndex: readonly string[];
}

/**
 * @returns undefined if documents are read in the order of their ids
 * @throws CouchError 400 if no index has the requested order
 */
export function chooseIndex(indexes: readonly MangoIndex[], wish: Wish): MangoIndex | undefined {
  const usable = indexes.filter((index) => {
    const isPartial = Object.keys(index.partialFilter).length > 0;
    return (!isPartial || isWanted(index, wish.useIndex)) && isUsable(index, wish);
  });
  const wanted = usable.filter((index) => isWanted(index, wish.useIndex));
  const candidates = wanted.length > 0 ? wanted : usable;
  if (candidates.length === 0 && !isOrderOfIds(wish)) {
    throw mangoError("no_usable_index", "No index exists for this sort, try indexing by the sort fields.");
  }
  const overlap = ({ fields }: MangoIndex) => leading(fields, indexableFields(wish.selector));
  return candidates.toSorted((a, b) => overlap(b) - overlap(a) || a.fields.length - b.fields.length)[0];
}

/** Whether the order of ids is enough: no order is requested, or it is by id and the selector restricts the ids. */
function isOrderOfIds({ selector, sort }: Wish): boolean {
  return sort.length === 0 || (sort.every(([field]) => field === "_id") && indexableFields(selector).has("_id"));
}

/** How many of the first columns are among the fields. */
function leading(columns: Sort, fields: ReadonlySet<string>): number {
  const end = columns.findIndex(([field]) => !fields.has(field));
  return end === -1 ? columns.length : end;
}

const indexable = new Set(["$lt", "$lte", "$eq", "$gt", "$gte", "$beginsWith", "$exists"]);

/** The fields that the selector restricts to one range. */
function indexableFields(selector: Selector): Set<string> {
  if (Object.keys(selector).length === 0) return new Set();
  const [name, value] = only(selector);
  if (name === "$and") return new Set((value as Selector[]).flatMap((part) => [...indexableFields(part)]));
  const restricts = isObject(value) && Object.keys(value).some((operator) => indexable.has(operator));
  return new Set(restricts ? [name] : []);
}

export function isWanted(index: MangoIndex, [ddoc, name]: readonly string[]): boolean {
  if (ddoc === undefined) return false;
  const sameDdoc = index.ddoc === (ddoc.startsWith("_design/") ? ddoc : `_design/${ddoc}`);
  return sameDdoc && (name === undefined || index.name === name);
}

function isUsable({ fields }: MangoIndex, { selector, sort }: Wish): boolean {
  const columns = fields.map(([field]) => field);
  const sortFields = sort.map(([field]) => field);
  const mustExist = columns.filter((field) => !sortFields.includes(field) && field !== "_id" && field !== "_rev");
  return missingFields(selector, mustExist).length === 0 && canSort(columns, sortFields, selector);
}

/** The given fields that a matching document may lack; an index leaves out documents without them. */
function missingFields(selector: Selector, fields: readonly string[]): readonly string[] {
  if (fields.length === 0 || Object.keys(selector).length === 0) return fields;
  const [name, value] = only(selector);
  if (name === "$and") return (value as Selector[]).reduce((left, part) => missingFields(part, left), fields);
  if (name === "$or") {
    const parts = value as Selector[];
    return fields.filter((field) => parts.some((part) => missingFields(part, [field]).length > 0));
  }
  if (isObject(value) && value.$exists === false) return fields;
  return fields.filter((field) => field !== name);
}

/** Whether the sort is a prefix of the columns, possibly after columns that the selector fixes to one value. */
function canSort(columns: readonly string[], sortFields: readonly string[], selector: Selector): boolean {
  if (sortFields.length === 0) return true;
  const [column, ...rest] = columns;
  if (column === undefined) return false;
  if (column === sortFields[0]) return sortFields.every((field, i) => field === columns[i]);
  return isConstant(selector, column) && canSort(rest, sortFields, selector);
}

function isConstant(selector: Selector, field: string): boolean {
  if (Object.keys(selector).length === 0) return false;
  const [name, value] = only(selector);
  if (name === "$and") return (value as Selector[]).some((part) => isConstant(part, field));
  return name === field && isObject(value) && "$eq" in value;
}
