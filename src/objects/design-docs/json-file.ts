/** A JSON file: one design document, a list of them, or `{"docs": […]}` as `_bulk_docs` accepts it. */
import type { Origin, StepFiles } from "../../steps/step-files.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { offsetIn } from "../../text/json-scan.js";
import { readExactJson } from "../exact-json.js";
import { offsetInJson } from "../json-text.js";
import { type Fault, type FoundDesignDoc, nameInId } from "./design-doc.js";
import { describe } from "./fault.js";

/** `name`: the name of a document without `_id`. */
export async function readJsonFile(
  files: StepFiles,
  path: string,
  pointer: string,
  name: string,
): Promise<FoundDesignDoc[]> {
  const read = await readExactJson(files, path, pointer);
  if (!read) return [];
  const { value: root, source } = read;
  const report = (keys: readonly string[], code: string, message: string) =>
    files.problem(source.position(offsetIn(source.text, keys)), code, message);

  return elements(root, name).flatMap(({ at, value, fallback }) => {
    if (!isObject(value)) {
      report(at, "not-a-design-doc", "a design document must be a JSON object");
      return [];
    }
    const found = nameOf(value, fallback);
    if (found === undefined) {
      report([...at, "_id"], "not-a-design-doc", "a design document's `_id` must begin with `_design/`");
      return [];
    }
    const place: Origin = (keys, offset) => source.position(offsetInJson(source.text, root, [...at, ...keys], offset));
    const about = (fault: Fault) =>
      files.problem(place(fault.keys, fault.offset), fault.code, describe(found, value, fault));
    return [{ name: found, doc: value, at: place, report: about }];
  });
}

interface Element {
  readonly at: readonly string[];
  readonly value: unknown;
  /** The name to use if there is no `_id`. */
  readonly fallback: string | undefined;
}

function elements(value: unknown, name: string): Element[] {
  const list = Array.isArray(value) ? value : isObject(value) && Array.isArray(value.docs) ? value.docs : undefined;
  if (!list) return [{ at: [], value, fallback: name }];
  const above = list === value ? [] : ["docs"];
  return list.map((element, i) => ({ at: [...above, String(i)], value: element, fallback: undefined }));
}

function nameOf({ _id }: JsonObject, fallback: string | undefined): string | undefined {
  return _id === undefined ? fallback : nameInId(_id);
}
