import { isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import { fromPointer } from "../text/pointer.js";
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

/** `name:` without a value. */
export function isEmpty(value: YamlNode): boolean {
  return value === null || (isScalar(value) && value.value === null && !value.source);
}
