import { isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import type { Position } from "../contract/problem.js";
import { fromPointer } from "../text/pointer.js";
import { rawOffset } from "../text/raw-offset.js";
import type { YamlFile, YamlNode } from "./yaml-file.js";

/** A value in a file, and its field's name. */
export interface Place {
  readonly key: Node;
  readonly value: YamlNode;
}

/** The node at the pointer, starting at `from`; if the pointer leads nowhere, the nearest node above. */
export function locate(file: YamlFile, from: Place, pointer: string): Place {
  let place = from;
  for (const segment of fromPointer(pointer)) {
    const node = file.resolve(place.value);
    if (isMap(node)) {
      const field = file.fields(node).get(segment);
      if (!field) return place;
      place = { key: field.keyNode, value: field.value };
    } else if (isSeq(node)) {
      const item = node.items[Number(segment)] as YamlNode | undefined;
      if (!item) return place;
      place = { key: item, value: item };
    } else return place;
  }
  return place;
}

/** The node to report: the value if it is text on its own, otherwise its field's name. */
export function pointAt({ key, value }: Place): Node {
  return isAlias(value) || (isScalar(value) && !isEmpty(value)) ? value : key;
}

/**
 * The position to report.
 *
 * @param offset in the text of the value: if it is given, the result is where that character is in the file
 */
export function positionAt(file: YamlFile, place: Place, offset?: number): Position {
  const value = file.resolve(place.value);
  if (offset === undefined || !isScalar(value) || typeof value.value !== "string" || !value.range)
    return file.position(pointAt(place));
  const [start, end] = value.range;
  const isBlock = value.type === "BLOCK_LITERAL" || value.type === "BLOCK_FOLDED";
  const { text } = file.source;
  // The first line of a block only has its header.
  const begin = isBlock ? text.indexOf("\n", start) + 1 : start;
  const quoting = value.type === "QUOTE_DOUBLE" ? "double" : value.type === "QUOTE_SINGLE" ? "single" : "none";
  return file.source.position(begin + rawOffset(text.slice(begin, end), value.value, offset, quoting));
}

/** `name:` without a value. */
export function isEmpty(value: YamlNode): boolean {
  return value === null || (isScalar(value) && value.value === null && !value.source);
}
