/** The JSON Schema of couchdb-migrate.yaml and the reader of that file accept the same. */
import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { unknownRule } from "../../src/lint/off.js";
import { readConfig } from "../../src/settings/config-reader.js";
import { keyOf } from "../../src/settings/setting.js";
import { type SettingName, settingNames, settings } from "../../src/settings/table.js";
import { parseValue } from "../../src/settings/value.js";

const schema = JSON.parse(await readFile(new URL("../../schemas/settings.schema.json", import.meta.url), "utf8"));
const acceptedBySchema = new Ajv({ strictTypes: false }).compile(schema);

function acceptedByReader(text: string): boolean {
  const problems: string[] = [];
  const report = { problem: (message: string) => void problems.push(message), warning: () => {} };
  const { given, sections, environments } = readConfig("couchdb-migrate.yaml", text, report);
  const all = [{ given, sections }, ...environments.values()];
  const wrong = all.flatMap((one) => [
    ...[...one.given].filter(([name, { text: value }]) => "wrong" in parseValue(settings[name], value)),
    ...Object.keys(one.sections.lintOff).filter(unknownRule),
  ]);
  return problems.length === 0 && wrong.length === 0;
}

const values = [
  ..."~|''|' '|true|False|yes|'YES'|oFF|maybe|0|1|-1|257|65536|1.5|'1'|'3.5 quickjs'|'3.5 v8'|30s|0s|1ms".split("|"),
  ..."999ms|1000ms|0h0m1s|1m|0m5ms|1h30m|30s5m|none|None|zerglings|tenant-*".split("|"),
  ..."a,b|a,,b|','|[a, b]|['a,b', 1]|[]|[a, [b]]|[a, '']|[a, ~]|[a, ',']|{}|{ a: b }|2/4|index/4|0/4".split("|"),
  ..."2026-05-01|2026-05-01t10:00:00z|2026-05-01T10:00|_users|a b|'9999999999999999'|http://[::1]:5984".split("|"),
  '"a\\0b"',
  ...settingNames.flatMap((name) => settings[name].choices ?? []),
];

const shapeOf = (name: SettingName) => {
  const { type, choices, none, pattern, min, max } = settings[name];
  return JSON.stringify([type, choices, none, pattern?.source, min, max]);
};
/** The key of one setting for each distinct check. */
const keys = new Map(settingNames.map((name) => [shapeOf(name), keyOf(name, settings[name]) ?? name]));

/** A schema sees `3` and `3.0`, or `False` and `false`, as the same value; the reader sees how it is written. */
const onlyNotation = new Set([
  ...["0", "1", "257", "65536"].map((value) => `couchdb: ${value}`),
  ...["database", "ledgerDatabase"].map((key) => `${key}: False`),
]);

test.each([...keys.values()])("editors and the reader accept the same values of %s", (key) => {
  const lines = values.map((value) => `${key}: ${value}`).filter((line) => !onlyNotation.has(line));
  const accepted = lines.filter(acceptedByReader);
  expect(lines.filter((line) => acceptedBySchema(parse(line)))).toEqual(accepted);
  const isKnown = Object.keys(schema.properties).includes(key);
  expect(accepted.length > 0).toBe(isKnown);
});

test("editors know all keys, and no others", () => {
  const known = settingNames.flatMap((name) => keyOf(name, settings[name]) ?? []);
  expect(Object.keys(schema.properties).sort()).toEqual([...known, "environments", "lint", "policies"].sort());
});

test.each<[string, boolean]>([
  ["", true],
  ["[]", false],
  ["set", false],
  ["password: secret", false],
  ["leaseTTL: 30s", false],
  ["environments: { production: }", true],
  ["environments: { production: { set: zerg, timeout: 5m, envFile: [a.env, b.env] } }", true],
  ["environments:", false],
  ["environments: [production]", false],
  ["environments: { none: {} }", false],
  ["environments: { 'a b': {} }", false],
  ["environments: { production: [] }", false],
  ["environments: { production: { timeout: soon } }", false],
  ["environments: { production: { environment: staging } }", false],
  ["environments: { production: { environments: {} } }", false],
  ["environments: { production: { policies: { removals: refuse }, lint: { off: { emit-doc: small } } } }", true],
  ["environments: { production: { policies: { removals: never } } }", false],
  ["environments: { production: { variables: { SHARDS: 8, NAME: '', DEBUG: true } } }", true],
  ["environments: { production: { variables: { SHARDS: ~ } } }", false],
  ["environments: { production: { variables: { SHARDS: [8] } } }", false],
  ["environments: { production: { variables: { 8SHARDS: 8 } } }", false],
  ["environments: { production: { variables: [] } }", false],
  ["variables: { SHARDS: 8 }", false],
  ["lint: {}", true],
  ["lint: { off: { emit-doc: documents are small } }", true],
  ["lint: { off: { emit-doc: ' ' } }", false],
  ["lint: { off: { emit-doc: true } }", false],
  ["lint: { off: { emit-docs: documents are small } }", false],
  ["lint: { off: { unused-off: documents are small } }", false],
  ["lint: { off: }", false],
  ["lint: { on: {} }", false],
  ["lint:", false],
  ["policies: {}", true],
  ["policies: { removals: refuse, rebuilds-in-place: warn, open-databases: { action: warn } }", true],
  ["policies: { rebuilds-in-place: { action: refuse, over: 100000 } }", true],
  ["policies: { rebuilds-in-place: { action: refuse, over: -1 } }", false],
  ["policies: { rebuilds-in-place: { action: refuse, over: ~ } }", false],
  ["policies: { rebuilds-in-place: { over: 100 } }", false],
  ["policies: { removals: { action: refuse, over: 100 } }", false],
  ["policies: { removals: deny }", false],
  ["policies: { removal: warn }", false],
  ["policies: refuse", false],
])("editors and the reader agree about %j", (text, expected) => {
  expect([acceptedBySchema(parse(text)), acceptedByReader(text)]).toEqual([expected, expected]);
});

test("every value has a description in editors", () => {
  const without = Object.entries<{ description?: string }>(schema.definitions).filter(([, one]) => !one.description);
  expect(without).toEqual([]);
});

test("editors accept the example with environments", async () => {
  const file = new URL("../../examples/compose/couchdb-migrate.yaml", import.meta.url);
  acceptedBySchema(parse(await readFile(file, "utf8")));
  expect(acceptedBySchema.errors).toBeNull();
});
