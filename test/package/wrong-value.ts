import { type SettingName, settings } from "../../src/settings/table.js";

/** Values that are refused although the table allows them. */
const more: Partial<Record<SettingName, string>> = {
  url: "nonsense",
  ca: "nowhere.pem",
  cert: "nowhere.pem",
  key: "nowhere.pem",
  config: "nowhere.yaml",
  envFile: ",",
};

/** A value that the setting refuses before anything is done. Undefined: it accepts any text. */
export function wrongValue(name: SettingName): string | undefined {
  const { type, pattern } = settings[name];
  if (more[name] !== undefined) return more[name];
  if (type === "duration") return "soon";
  if (type === "integer") return "many";
  if (type === "boolean") return "perhaps";
  if (type === "enum") return "none-of-them";
  return ["?", ",", "=!"].find((text) => pattern?.test(text) === false);
}
