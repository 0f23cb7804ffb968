/**
 * The part of `doctor` that checks the settings, which only the command line has. Contains no secrets: it only
 * reports whether they are set.
 */
import { existsSync } from "node:fs";
import type { Check } from "../contract/diagnosis.js";
import { configFile } from "../settings/config-file.js";
import type { Resolved } from "../settings/resolve.js";
import { keyOf } from "../settings/setting.js";
import { type SettingName, settingNames, settings } from "../settings/table.js";
import { count } from "../text/quantity.js";
import { see } from "./see.js";

export type SettingsLook = Pick<Resolved, "given" | "problems" | "warnings">;

export function settingsChecks(look: SettingsLook): Check[] {
  return [settingsCheck(look), configurationCheck(look)];
}

interface Shown {
  readonly name: SettingName;
  /** Null: not set. */
  readonly value: string | null;
  readonly from: "flag" | "environment" | "file" | "default";
  /** The flag, the variable, or the place in the file. Absent: the value is the default. */
  readonly source?: string;
}

function settingsCheck({ given, problems, warnings }: SettingsLook): Check {
  const shown = settingNames.map((name): Shown => {
    const { text, from, source } = given.get(name) ?? {
      text: settings[name].default ?? null,
      from: "default" as const,
    };
    const value = settings[name].secret && text !== null ? "set" : text;
    return { name, value, from, ...(source === undefined ? {} : { source }) };
  });
  const set = shown.filter(({ from }) => from !== "default");
  const usual = shown.filter(({ from, value }) => from === "default" && value !== null);
  const lines = [
    ...[...problems, ...warnings].map((text) => `- ${text}`),
    ...set.map(({ name, value, source }) => `${name}: ${value} (${source})`),
    `defaults: ${usual.map(({ name, value }) => `${keyOf(name, settings[name]) ?? name} ${value}`).join(", ")}`,
  ];
  const common = { group: "settings", name: "settings", lines, facts: { settings: shown } } as const;
  const detail = `${count(set.length, "setting")} given`;
  if (problems.length > 0) {
    const next = see("doctor");
    return {
      ...common,
      status: "problem",
      code: "invalid-settings",
      detail: `${count(problems.length, "problem")}`,
      next,
    };
  }
  if (warnings.length === 0) return { ...common, status: "ok", detail };
  return {
    ...common,
    status: "warning",
    detail: `${detail}, ${count(warnings.length, "warning")}`,
    next: "See the warnings above.",
  };
}

function configurationCheck({ given }: SettingsLook): Check {
  const file = given.get("config")?.text ?? configFile;
  const keys = [...given.values()].filter(({ from }) => from === "file").length;
  const exists = existsSync(file);
  return {
    group: "settings",
    name: "configuration-file",
    status: "ok",
    detail: exists ? `${file}: ${count(keys, "setting")} taken from it` : `${file} does not exist`,
    facts: { file, exists, settings: keys },
  };
}
