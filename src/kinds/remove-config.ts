import { MigrateError } from "../contract/errors.js";
import { configSection, deleteConfig } from "../couch/nodes.js";
import {
  adminsProblem,
  type ConfigKey,
  claim,
  keyPattern,
  type NodeConfig,
  nodesDown,
  observeConfig,
  pointerTo,
  sectionPattern,
  shownBefore,
} from "../objects/config-values.js";
import { holds, removes } from "../steps/difference.js";
import { defineKind } from "../steps/kind.js";

type Keys = Readonly<Record<string, readonly string[]>>;

interface Write {
  readonly node: string;
  readonly keys: readonly ConfigKey[];
}

export const removeConfig = defineKind<Keys, Keys, readonly NodeConfig[], readonly Write[]>({
  name: "removeConfig",
  summary: "These values of the node configuration do not exist on any node.",
  schema: {
    type: "object",
    minProperties: 1,
    propertyNames: { type: "string", pattern: sectionPattern },
    additionalProperties: {
      type: "array",
      description: "The keys to remove from this section.",
      items: { type: "string", pattern: keyPattern },
      minItems: 1,
      uniqueItems: true,
      examples: [["level"]],
    },
  },
  example: "removeConfig:\n  log: [level]\n",
  scope: "server",
  nature: { lifetime: "volatile", allNodes: true, destroys: "always" },
  fast: { provenByApply: true },

  title: (desired) =>
    `configuration ${Object.entries(desired)
      .map(([name, keys]) => `[${name}] ${keys.join(", ")}`)
      .join(", ")}`,
  databases: () => [],
  claims: (desired) => keysOf(desired).map(claim),
  check: { spec: (spec) => adminsProblem(spec, "removeAdmin") },
  // The order of the keys has no meaning.
  resolve: async (spec) => Object.fromEntries(Object.entries(spec).map(([name, keys]) => [name, [...keys].sort()])),

  observe: ({ couch, desired }) => observeConfig(couch, keysOf(desired)),

  diff(desired, nodes = []) {
    const keys = keysOf(desired);
    const there = keys.filter((one) => nodes.some(({ values }) => values.has(claim(one))));
    const warnings = nodesDown(nodes);
    if (there.length === 0) return holds({ warnings });
    const changes = there.map((one) => ({ path: pointerTo(one), before: shownBefore(one, nodes), after: null }));
    const write = nodes.flatMap(({ node, values }) => {
      const own = there.filter((one) => values.has(claim(one)));
      return own.length === 0 ? [] : [{ node, keys: own }];
    });
    return removes(changes, write, { warnings });
  },

  /** CouchDB answers with the old value, so the sections are read again on every node. */
  async apply(write, { couch }) {
    for (const { node, keys } of write) {
      for (const { section, key } of keys) await deleteConfig(couch, node, section, key);
    }
    for (const { node, keys } of write) {
      for (const { section, key } of keys) {
        if (!Object.hasOwn(await configSection(couch, node, section), key)) continue;
        throw new MigrateError("not-applied", {
          message: `[${section}] ${key} still exists on node ${node}: it may be set in an ini file that CouchDB does not write to, such as default.ini.`,
          next: "It can't be removed over HTTP: remove it from that file, or set the value that you want with ensureConfig.",
          data: { node, section, key },
        });
      }
    }
  },
});

function keysOf(desired: Keys): ConfigKey[] {
  return Object.entries(desired).flatMap(([section, keys]) => keys.map((key) => ({ section, key })));
}
