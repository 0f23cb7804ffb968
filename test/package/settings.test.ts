/**
 * Every setting, from every source that it may come from, in the installed package. It follows from the settings table:
 * a value that cannot be used is refused with the name of its source, so it has arrived. For a setting that takes any
 * text, `effects` says what the text does.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../src/commands/index.js";
import { configFile } from "../../src/settings/config-file.js";
import { type CommandName, environmentOf, flagOf, keyOf } from "../../src/settings/setting.js";
import { type SettingName, settingNames, settings } from "../../src/settings/table.js";
import { type CliOptions, type CliResult, runCli } from "../support/cli.js";
import { type Embedded, startEmbedded } from "../support/embedded.js";
import { installed } from "../support/installer.js";
import { tempFolder } from "../support/temp.js";
import { effects } from "./effects.js";
import { wrongValue } from "./wrong-value.js";

const { program } = await installed();
const run = (args: readonly string[], options: CliOptions) => runCli(args, { ...options, program });

/** What each reported problem names first; `doctor` reports them on stdout. */
const problems = ({ stdout, stderr }: CliResult) =>
  (stdout + stderr)
    .split("\n")
    .map((line) => line.trim())
    .flatMap((line) => /^- (.*?): /.exec(line.replace(/^- couchdb-[\w./-]+:\d+:\d+: /, "- "))?.[1] ?? []);

const refused = settingNames.flatMap((name) => {
  const value = wrongValue(name);
  return value === undefined ? [] : [{ name, value, setting: settings[name] }];
});

it("every setting has a value that is refused, or an effect", () => {
  const known = [...refused.map(({ name }) => name), ...Object.keys(effects)];
  expect(settingNames.filter((name) => !known.includes(name))).toEqual([]);
});

describe("a value that cannot be used is refused, whether it comes from", () => {
  it.each(commands.map(({ name, positionals = "" }) => [name, positionals] as const))(
    "a flag of %s",
    async (command: CommandName, positionals) => {
      const own = refused.filter(({ setting }) => setting.commands.includes(command) && !setting.positional);
      // A value that is neither true nor false would be refused before all others; here it is enough that the flag is
      // known.
      const flags = own.map(({ name, value, setting }) =>
        setting.type === "boolean" ? `--${flagOf(name)}=false` : `--${flagOf(name)}=${value}`,
      );
      const needed = [...positionals.matchAll(/<\w+>/g)].map(() => "some-id");
      // Node.js itself ends with 9 if the file of `--env-file` does not exist.
      const cwd = await tempFolder({ ",": "" });
      const result = await run([...command.split(" "), ...needed, ...flags], { cwd });
      expect(result.code).toBe(3);
      const expected = own.filter(({ setting }) => setting.type !== "boolean").map(({ name }) => `--${flagOf(name)}`);
      expect(problems(result).sort()).toEqual(expected.sort());
    },
  );

  it("the environment", async () => {
    const env = refused.map(({ name, value, setting }) => [environmentOf(name, setting), value] as const);
    const result = await run(["plan"], { cwd: await tempFolder(), env: Object.fromEntries(env) });
    expect(result.code).toBe(3);
    expect(problems(result).sort()).toEqual(env.map(([variable]) => variable).sort());
  });

  it("an env file", async () => {
    const env = refused
      // They decide which files are read.
      .filter(({ name }) => !["config", "environment", "envFile"].includes(name))
      .map(({ name, value, setting }) => [environmentOf(name, setting), value] as const);
    const text = env.map(([variable, value]) => `${variable}=${JSON.stringify(value)}\n`).join("");
    const result = await run(["plan", "--env-file", "a.env"], { cwd: await tempFolder({ "a.env": text }) });
    expect(result.code).toBe(3);
    expect(
      result.stderr
        .match(/^- a\.env: \w+/gm)
        ?.map((line) => line.slice("- a.env: ".length))
        .sort(),
    ).toEqual(env.map(([variable]) => variable).sort());
  });

  it("an environment of couchdb-migrate.yaml", async () => {
    const pairs = refused.flatMap(({ name, value, setting }) => {
      const key = keyOf(name, setting);
      return key === undefined || key === "environment" ? [] : [[key, value] as const];
    });
    const text = pairs.map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`).join("");
    const cwd = await tempFolder({ [configFile]: `environments:\n  production:\n${text}` });
    const result = await run(["plan", "--environment", "production"], { cwd });
    expect(result.code).toBe(3);
    expect(problems(result).sort()).toEqual(pairs.map(([key]) => key).sort());
    expect(result.stderr).toContain(`- ${configFile}:3:5: `);
  });

  it("a file that a variable names", async () => {
    const variables = settingNames.flatMap((name) => {
      const setting = settings[name];
      return setting.envFile ? [`${environmentOf(name, setting)}_FILE`] : [];
    });
    const env = Object.fromEntries(variables.map((variable) => [variable, "nowhere"]));
    const result = await run(["plan"], { cwd: await tempFolder(), env });
    expect(result.code).toBe(3);
    expect(problems(result)).toEqual(expect.arrayContaining(variables));
  });

  it.each([
    ["couchdb-migrate.yaml", configFile, [], {}],
    ["the file of --config", "couchdb-other.yaml", ["--config", "couchdb-other.yaml"], {}],
    ["the file of COUCHDB_MIGRATE_CONFIG", "couchdb-other.yaml", [], { COUCHDB_MIGRATE_CONFIG: "couchdb-other.yaml" }],
  ] as const)("%s", async (_title, file, args, env) => {
    const pairs = refused.flatMap(({ name, value, setting }) => {
      const key = keyOf(name, setting);
      return key === undefined ? [] : [[key, value] as const];
    });
    const text = pairs.map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join("");
    const result = await run(["plan", ...args], { cwd: await tempFolder({ [file]: text }), env });
    expect(result.code).toBe(3);
    expect(problems(result).sort()).toEqual(pairs.map(([key]) => key).sort());
    expect(result.stderr).toContain(`- ${file}:1:1: `);
  });
});

describe("a value has its effect, whether it comes from", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded({ admins: { overmind: "before" } });
  });
  afterAll(() => server.close());

  const cases = Object.entries(effects).flatMap(([name, effect]) =>
    sourcesOf(name as SettingName, effect.command).map((source) => [source, name as SettingName, effect] as const),
  );

  it.each(cases)("%s: %s", async (source, name, effect) => {
    const { args, env, files } = given(name, source, effect.value);
    const cwd = await tempFolder({ ...effect.files, ...files });
    const words = [...effect.command.split(" "), ...(effect.args ?? []), ...args];
    const result = await run(words, { cwd, env: { ...effect.env?.(server.url), ...env } });
    const made = (await readdir(cwd, { recursive: true })).sort();
    await effect.seen({ ...result, made, read: (file) => readFile(join(cwd, file), "utf8") });
  });
});

type Source =
  | "flag"
  | "environment"
  | "env file"
  | "file of the environment"
  | "configuration"
  | "environment of the configuration";

function sourcesOf(name: SettingName, command: CommandName): Source[] {
  const setting = settings[name];
  return [
    ...(setting.commands.includes(command) ? (["flag"] as const) : []),
    "environment",
    "env file",
    ...(setting.envFile ? (["file of the environment"] as const) : []),
    ...(keyOf(name, setting) === undefined ? [] : (["configuration", "environment of the configuration"] as const)),
  ];
}

interface Given {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

function given(name: SettingName, source: Source, value: string): Given {
  const setting = settings[name];
  const none = { args: [], env: {}, files: {} };
  switch (source) {
    case "flag":
      return { ...none, args: setting.positional ? [value] : [`--${flagOf(name)}`, value] };
    case "environment":
      return { ...none, env: { [environmentOf(name, setting)]: value } };
    case "env file":
      return {
        ...none,
        args: ["--env-file", "a.env"],
        files: { "a.env": `${environmentOf(name, setting)}=${JSON.stringify(value)}\n` },
      };
    case "environment of the configuration": {
      const text = `environments: { production: { ${keyOf(name, setting)}: ${JSON.stringify(value)} } }\n`;
      return { ...none, args: ["--environment", "production"], files: { [configFile]: text } };
    }
    case "file of the environment":
      return { ...none, env: { [`${environmentOf(name, setting)}_FILE`]: "given" }, files: { given: `${value}\n` } };
    case "configuration":
      return { ...none, files: { [configFile]: `${keyOf(name, setting)}: ${JSON.stringify(value)}\n` } };
  }
}
