/** Which object of its step a change belongs to: a step may name several design documents, for example. Pure. */
import type { Change } from "../../contract/results.js";
import { fromPointer, toPointer } from "../../text/pointer.js";

export interface ChangedObject {
  /** JSON Pointer to the object. Changes of the object itself have this path. Empty: the step has one object only. */
  readonly root: string;
  readonly what: string;
}

/** @param whole what the step is called if its objects are not told apart */
export function objectOf(kind: string, { path }: Change, whole: string): ChangedObject {
  const [collection, name] = fromPointer(path);
  if (collection === undefined) return { root: "", what: whole };
  if (kind === "ensureDocuments" && name === undefined) return { root: path, what: "documents" };
  if (name === undefined) return { root: "", what: whole };
  const root = toPointer([collection, name]);
  switch (kind) {
    case "ensureDesignDocs":
      return { root, what: `design document ${name}` };
    case "ensureIndexes":
      return { root, what: `index ${name}` };
    case "ensureDocuments":
      return { root, what: `document ${name}` };
    case "ensureConfig":
      return { root, what: `config ${collection}/${name}` };
    default:
      return { root: "", what: whole };
  }
}
