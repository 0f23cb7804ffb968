/**
 * One migration file as a tree of YAML nodes with their positions. YAML 1.2, core schema: `no` and `yes` are text.
 * Anchors and aliases are allowed. Merge keys (`<<`) are not: YAML 1.2 has none.
 */
import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import type { Position } from "../contract/problem.js";
import type { SourceText } from "../files/source-text.js";
import type { Problems } from "./problems.js";

export type YamlNode = Node | null;

export interface Field {
  readonly key: string;
  readonly keyNode: Node;
  readonly value: YamlNode;
}

export class YamlFile {
  readonly source: SourceText;
  readonly #problems: Problems;
  /** The targets of aliases; absent: there is no such anchor before the alias. */
  readonly #targets = new Map<Node, Node>();
  readonly #fields = new Map<YAMLMap, ReadonlyMap<string, Field>>();

  constructor(source: SourceText, root: YamlNode, problems: Problems) {
    this.source = source;
    this.#problems = problems;
    // Looking up every alias separately would search the whole file each time.
    if (source.text.includes("*")) this.#findTargets(root);
  }

  position(node: Node): Position {
    return this.source.position(start(node));
  }

  report(node: Node, code: string, message: string, text?: string): void {
    this.#problems.add(this.position(node), code, message, text);
  }

  /** The node, or the target of an alias. Reports an alias without a target, and returns null for it. */
  resolve(node: YamlNode): YamlNode {
    if (!isAlias(node)) return node;
    const target = this.#targets.get(node);
    if (!target) {
      // The message does not show the name: a password may begin with `*`.
      const message = "this alias (`*…`) has no anchor before it; put text that begins with `*` in quotes";
      this.report(node, "unknown-anchor", message);
    }
    return target ?? null;
  }

  /** The map's fields, each name once. Invalid and duplicate names are reported and left out. */
  fields(map: YAMLMap): ReadonlyMap<string, Field> {
    let fields = this.#fields.get(map);
    if (!fields) {
      fields = this.#readFields(map);
      this.#fields.set(map, fields);
    }
    return fields;
  }

  #readFields(map: YAMLMap): ReadonlyMap<string, Field> {
    const fields = new Map<string, Field>();
    for (const { key: given, value } of map.items) {
      const keyNode = this.resolve(given as YamlNode);
      if (!isScalar(keyNode)) continue;
      const key = String(keyNode.value);
      const first = fields.get(key);
      if (first) {
        const { line, column } = this.position(first.keyNode);
        const message = `\`${key}\` appears twice, first at line ${line}, column ${column}; keep one`;
        this.report(keyNode, "duplicate-key", message, key);
      } else if (refused.has(key)) {
        this.report(keyNode, "bad-key", `\`${key}\` can't be a field's name`, key);
      } else if (key === "<<" && keyNode.type === "PLAIN") {
        const message = "YAML 1.2 has no merge keys (`<<`); write the fields out, or alias the whole value";
        this.report(keyNode, "merge-key", message, key);
      } else {
        fields.set(key, { key, keyNode, value: value as YamlNode });
      }
    }
    return fields;
  }

  /** In the order of the text, without recursion, because the input may be nested deeply. */
  #findTargets(root: YamlNode): void {
    const anchors = new Map<string, Node>();
    const waiting: unknown[] = [root];
    while (waiting.length > 0) {
      const node = waiting.pop();
      if (isPair(node)) waiting.push(node.value, node.key);
      else if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) this.#targets.set(node, target);
      } else if (isScalar(node) || isMap(node) || isSeq(node)) {
        if (node.anchor) anchors.set(node.anchor, node);
        if (!isScalar(node)) for (let i = node.items.length - 1; i >= 0; i--) waiting.push(node.items[i]);
      }
    }
  }
}

/** Names with a special meaning for JavaScript objects. */
const refused = new Set(["__proto__", "constructor"]);

export function start(node: Node): number {
  return node.range?.[0] ?? 0;
}
