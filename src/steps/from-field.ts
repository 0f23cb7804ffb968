/** The field that names files and folders, the same in every kind that has one. */
import { toPointer } from "../text/pointer.js";
import type { Schema } from "./schema.js";

const path: Schema = { type: "string", minLength: 1, variables: true };

export function filesAndFolders(description: string, examples: readonly unknown[]): Schema {
  return { description, examples, anyOf: [path, { type: "array", items: path, minItems: 1, uniqueItems: true }] };
}

/** As the user writes it. */
export type FromField = string | readonly string[];

/** Each path, with the pointer to it in the spec. */
export function pathsIn(from: FromField): { readonly path: string; readonly pointer: string }[] {
  if (typeof from === "string") return [{ path: from, pointer: toPointer(["from"]) }];
  return from.map((path, i) => ({ path, pointer: toPointer(["from", i]) }));
}
