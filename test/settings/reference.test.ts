import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { settingsReference } from "../../src/settings/reference.js";
import { environmentOf, flagOf, keyOf } from "../../src/settings/setting.js";
import { settingNames, settings } from "../../src/settings/table.js";

test("docs/settings.md matches the table", async () => {
  const written = await readFile(new URL("../../docs/settings.md", import.meta.url), "utf8");
  expect(written, "stale: npm run generate").toBe(settingsReference());
});

test.each([
  ["flag", flagOf],
  ["variable", (name: (typeof settingNames)[number]) => environmentOf(name, settings[name])],
  ["key", (name: (typeof settingNames)[number]) => keyOf(name, settings[name]) ?? Symbol(name)],
])("no two settings have the same %s", (_, of) => {
  const all = settingNames.map((name) => of(name));
  expect(new Set(all).size).toBe(all.length);
});
