/**
 * From 3.5.2 on, CouchDB adds `lucene_version` to the Nouveau indexes of a new design document. Without the field, an
 * existing index would be rebuilt in the format of Lucene 9. Pure.
 */
import { isObject } from "../../text/json.js";
import type { DesignDoc } from "./design-doc.js";

const field = "lucene_version";

/** `asked` with the server's versions of indexes that do not name theirs. Returns `asked` itself if there are none. */
export function withLuceneVersions(asked: DesignDoc, stored: DesignDoc): DesignDoc {
  const { nouveau } = asked;
  if (!isObject(nouveau) || !isObject(stored.nouveau)) return asked;
  const there = stored.nouveau;
  let same = true;
  const indexes = Object.entries(nouveau).map(([name, index]) => {
    const is = Object.hasOwn(there, name) ? there[name] : undefined;
    if (!isObject(index) || !isObject(is) || index[field] !== undefined || is[field] === undefined)
      return [name, index];
    same = false;
    return [name, { ...index, [field]: is[field] }];
  });
  return same ? asked : { ...asked, nouveau: Object.fromEntries(indexes) };
}
