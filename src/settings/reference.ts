/** docs/settings.md, from the table. */
import { commandNames, environmentOf, flagOf, keyOf, type Setting } from "./setting.js";
import { type SettingName, settingNames, settings } from "./table.js";

export function settingsReference(): string {
  const rows = settingNames.map((name) => row(name, settings[name]));
  return [
    "# Settings",
    "",
    "A setting is a flag, an environment variable, or a key of `couchdb-migrate.yaml` (in the working directory, or the",
    "file that `--config` names), in this order. An empty variable counts as absent. Durations are written `30s`, `5m`,",
    "`1h30m`, `500ms`. Paths in `couchdb-migrate.yaml` are relative to that file's folder.",
    "",
    "| Flag, variable, key | Type and default | Meaning | Commands |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function row(name: SettingName, setting: Setting): string {
  const cells = [
    lines(flagCell(name, setting), variableCell(name, setting), keyCell(name, setting)),
    lines(typeCell(setting), defaultCell(setting)),
    setting.description,
    commandsCell(setting),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function flagCell(name: SettingName, setting: Setting): string {
  if (setting.commands.length === 0) return "";
  if (setting.positional) return code(`[${name}]`);
  const negated =
    setting.type === "boolean" && setting.default === undefined ? `, ${code(`--no-${flagOf(name)}`)}` : "";
  const also = (setting.aliases ?? []).map((alias) => `, ${code(`--${alias}`)}`).join("");
  return code(`--${flagOf(name)}`) + negated + also;
}

function variableCell(name: SettingName, setting: Setting): string {
  const variable = environmentOf(name, setting);
  return setting.envFile ? `${code(variable)}, ${code(`${variable}_FILE`)}` : code(variable);
}

function keyCell(name: SettingName, setting: Setting): string {
  const key = keyOf(name, setting);
  return key === undefined ? "" : code(key);
}

function typeCell(setting: Setting): string {
  const type = setting.choices ? setting.choices.map(code).join(", ") : setting.type;
  return setting.none ? `${type}, or ${code("none")}` : type;
}

function defaultCell({ default: value, defaultDescription }: Setting): string {
  if (value !== undefined) return `default: ${code(value)}`;
  return defaultDescription === undefined ? "" : `default: ${defaultDescription}`;
}

function commandsCell(setting: Setting): string {
  return setting.commands.length === commandNames.length ? "all" : setting.commands.join(", ");
}

/** Lines of one cell; the space keeps their words apart where tags are stripped. */
function lines(...parts: string[]): string {
  return parts.filter((part) => part !== "").join("<br> ");
}

function code(text: string): string {
  return `\`${text}\``;
}
