import { setConfig } from "../couch/nodes.js";
import { isAtLeast } from "../couch/version.js";
import {
  adminsProblem,
  type ConfigKey,
  claim,
  equalsInKeysSince,
  inOneLine,
  keyPattern,
  type NodeConfig,
  nodesDown,
  observeConfig,
  overwrittenKey,
  pointerTo,
  sectionPattern,
  shownBefore,
  shownValue,
  whyNotIni,
} from "../objects/config-values.js";
import { withStored } from "../secrets/unknown.js";
import { creates, holds, refuses, updates } from "../steps/difference.js";
import { defineKind, type SpecProblem } from "../steps/kind.js";
import type { Refusal } from "../steps/refusals.js";
import type { Schema } from "../steps/schema.js";

type Config = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Setting extends ConfigKey {
  readonly value: string;
}

interface Write {
  readonly node: string;
  readonly settings: readonly Setting[];
}

const value: Schema = {
  type: "string",
  verbatim: true,
  description:
    "The value. CouchDB stores text: a number or boolean is stored as it is written here (`3.10`, `0x1F`). Under a key such as `password`, `secret` or `api_key`, it is secret.",
  examples: ["info"],
  variables: true,
};

/** A value under such a key is hidden in plans, and is not part of the checksum in the ledger. */
function section(description: string, secrets: "by name" | "all" = "by name"): Schema {
  const secret: Schema = {
    ...value,
    secret: true,
    description: "The key: Base64 for `hmac:…`, PEM for `rsa:…` and `ec:…`.",
  };
  return {
    type: "object",
    description,
    minProperties: 1,
    propertyNames: { type: "string", pattern: keyPattern },
    ...(secrets === "all" ? {} : { secretNames: true }),
    additionalProperties: secrets === "all" ? secret : value,
  };
}

export const ensureConfig = defineKind<Config, Config, readonly NodeConfig[], readonly Write[]>({
  name: "ensureConfig",
  summary: "Values of the node configuration, by section and key, on every node.",
  schema: {
    type: "object",
    minProperties: 1,
    propertyNames: { type: "string", pattern: sectionPattern },
    properties: {
      jwt_keys: section("Keys that verify tokens.", "all"),
    },
    additionalProperties: section("A section of CouchDB's configuration, as in `default.ini`."),
  },
  example: "ensureConfig:\n  log:\n    level: warning\n  couchdb:\n    max_document_size: 8000000\n",
  scope: "server",
  nature: { lifetime: "volatile", allNodes: true },
  lifecycle: { removedBy: "removeConfig" },

  title: (desired) =>
    `configuration ${Object.entries(desired)
      .map(([name, values]) => `[${name}] ${Object.keys(values).join(", ")}`)
      .join(", ")}`,
  databases: () => [],
  claims: (desired) => settingsOf(desired).map(claim),

  check: {
    spec: (spec) => [
      ...adminsProblem(spec, "ensureAdmin"),
      ...overwrittenProblems(spec),
      ...settingsOf(spec).flatMap((setting) => {
        const message = whyNotIni(setting.value);
        return message === undefined ? [] : [{ path: pointerTo(setting), code: "bad-config-value", message }];
      }),
    ],
  },

  observe: ({ couch, desired }) => observeConfig(couch, settingsOf(desired)),

  diff(desired, nodes = []) {
    const settings = settingsOf(desired);
    const wrongOn = ({ values }: NodeConfig) =>
      settings.filter((one) => {
        const is = values.get(claim(one));
        return is !== withStored(one.value, is);
      });
    const up = nodes.filter(({ down }) => !down);
    const write = up.flatMap((node) => {
      const wrong = wrongOn(node);
      return wrong.length === 0 ? [] : [{ node: node.node, settings: wrong }];
    });
    const warnings = nodesDown(nodes);
    const refusals = unreadableKeys(settings, nodes[0]?.version);
    if (refusals.length > 0) return refuses(refusals, [], { warnings });
    if (up.length > 0 && write.length === 0) return holds({ warnings });
    const wrong = settings.filter((one) => write.some((each) => each.settings.includes(one)));
    const changes = wrong.map((one) => ({
      path: pointerTo(one),
      before: shownBefore(one, nodes),
      after: shownValue(one, one.value),
    }));
    const isNew = changes.every(({ before }) => before === null);
    const created = wrong.filter((_, i) => changes[i]?.before === null).map(claim);
    return (isNew ? creates : updates)(changes, write, { warnings, created });
  },

  /** CouchDB answers with the old value, so the sections are read again on every node. */
  async apply(write, { couch }) {
    for (const { node, settings } of write) {
      for (const { section, key, value } of settings) await setConfig(couch, node, section, key, value);
    }
  },
});

function settingsOf(desired: Config): Setting[] {
  return Object.entries(desired).flatMap(([section, values]) =>
    Object.entries(values).map(([key, value]) => ({ section, key, value: inOneLine(value) })),
  );
}

function overwrittenProblems(spec: Config): SpecProblem[] {
  return Object.entries(spec).flatMap(([section, values]) => {
    const [key, other] = overwrittenKey(Object.keys(values)) ?? [];
    if (key === undefined || other === undefined) return [];
    const message = `CouchDB overwrites \`${other}\` in its file when it writes \`${key}\`; use another key`;
    return [{ path: pointerTo({ section, key }), code: "bad-config-key", message }];
  });
}

function unreadableKeys(settings: readonly Setting[], version: string | undefined): Refusal[] {
  if (version === undefined || isAtLeast(version, equalsInKeysSince)) return [];
  const refused = settings.filter(({ key }) => key.includes("="));
  return refused.map(({ section, key }) => ({
    code: "equals-in-key",
    section,
    key,
    version,
    since: equalsInKeysSince,
  }));
}
