/** docs/settings.md, from the table. */
import { environmentOf, flagOf, keyOf, type Setting } from "./setting.js";
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
    "| Flag | Environment | Key | Type | Default | Meaning | Commands |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function row(name: SettingName, setting: Setting): string {
  const variable = environmentOf(name, setting);
  const key = keyOf(name, setting);
  const cells = [
    flagCell(name, setting),
    setting.envFile ? `${code(variable)}, ${code(`${variable}_FILE`)}` : code(variable),
    key === undefined ? "" : code(key),
    typeCell(setting),
    setting.default === undefined ? (setting.defaultDescription ?? "") : code(setting.default),
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

function typeCell(setting: Setting): string {
  const type = setting.choices ? setting.choices.map(code).join(", ") : setting.type;
  return setting.none ? `${type}, or ${code("none")}` : type;
}

function commandsCell(setting: Setting): string {
  return setting.commands.length > 10 ? "all" : setting.commands.join(", ");
}

function code(text: string): string {
  return `\`${text}\``;
}
