/** Parses the command line with yargs. The result is a command with its flags and arguments, or a text to print. */
import yargs, { type Argv } from "yargs";
import type { Flags } from "../settings/flags.js";
import { InvalidSettings } from "../settings/problems.js";
import { describeSetting, flagsOfType, yargsOptions } from "../settings/yargs-options.js";
import { didYouMean } from "../text/nearest.js";
import { version } from "../version.js";
import type { Command } from "./command.js";
import { epilogue } from "./epilogue.js";
import { examplesText } from "./examples-text.js";
import { commands } from "./index.js";
import { see } from "./see.js";

export type Parsed =
  | { readonly command: Command; readonly flags: Flags; readonly positionals: Readonly<Record<string, string>> }
  /** Help, the version, or completions. `missing`: shown because no command was given. */
  | { readonly text: string; readonly missing?: true };

const program = "couchdb-migrate";

/** Descriptions of the groups of two-word commands. */
const groups: Readonly<Record<string, string>> = {
  ledger: "Correct the ledger: forget or accept a step, set the release or the environment",
};

export function parse(words: readonly string[], columns: number): Parsed {
  const argv = withHelpFlag(words);
  let chosen: Command | undefined;
  let values: Record<string, unknown> = {};
  let output = "";
  const choose: Choose = (command) => (found) => {
    chosen = command;
    values = found;
  };
  const width = Math.max(60, Math.min(columns, 110));
  const parser = addCommands(base(argv, width), choose, isCompletion(argv), width);
  if (argv.length === 0) return { text: `${help(parser)}\n`, missing: true };
  parser.parse([...argv], {}, (error: Error | undefined, found: Record<string, unknown>, text: string) => {
    if (error) throw error;
    output = text;
    if (!chosen) values = found;
  });
  if (output !== "") return { text: `${output}\n` };
  if (!chosen) throw unknownCommand((values._ as unknown[] | undefined)?.map(String) ?? []);
  return split(chosen, values, argv);
}

/** `help apply` means `apply --help`. */
function withHelpFlag(words: readonly string[]): readonly string[] {
  return words[0] === "help" ? [...words.slice(1), "--help"] : words;
}

type Choose = (command: Command) => (values: Record<string, unknown>) => void;

function isCompletion(argv: readonly string[]): boolean {
  return argv[0] === "--get-yargs-completions";
}

/** Converts an error of yargs to a problem, with a pointer to the right help. */
function mistake(message: string, argv: readonly string[]): [problems: string[], next: string] {
  if (!message.startsWith("Not enough non-option arguments")) return [[message], see()];
  const command = commands.find(({ name }) => name.split(" ").every((word, i) => argv[i] === word));
  return [[`missing argument${command ? `; ${takes(command)}` : ""}`], see(command?.name)];
}

/** Missing from yargs's published types. */
interface WithUsageConfiguration {
  usageConfiguration(configuration: { readonly "hide-types": boolean }): Argv;
}

function base(argv: readonly string[], columns: number): Argv {
  const parser = yargs([...argv]) as Argv & WithUsageConfiguration;
  return (
    parser
      .usageConfiguration({ "hide-types": true })
      .scriptName(program)
      .locale("en")
      .parserConfiguration({
        "boolean-negation": true,
        "camel-case-expansion": false,
        "dot-notation": false,
        "duplicate-arguments-array": true,
        "parse-numbers": false,
        "parse-positional-numbers": false,
        "short-option-groups": false,
        "strip-aliased": true,
      })
      // These flags are declared here so that they may come before the command. Not for completion: the list would be
      // too long.
      .boolean(isCompletion(argv) ? [] : flagsOfType(true))
      .string(isCompletion(argv) ? [] : flagsOfType(false))
      .help("help")
      .alias("help", "h")
      .version(version)
      .wrap(columns)
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new InvalidSettings(...mistake(message, argv));
      })
  );
}

/** `ledger forget` is a command in the group `ledger`. */
function addCommands(parser: Argv, choose: Choose, completing: boolean, columns: number): Argv {
  for (const [name, summary] of topLevel) {
    const own = commands.find((command) => command.name === name);
    if (own) {
      addCommand(parser, name, own, choose(own), completing, columns);
      continue;
    }
    const members = commands.filter((command) => command.name.startsWith(`${name} `));
    parser.command(name, summary, (within) => {
      for (const member of members) {
        addCommand(within, member.name.slice(name.length + 1), member, choose(member), completing, columns);
      }
      return within.epilogue(epilogue);
    });
  }
  const examples = commands.slice(0, 4).flatMap((command) => command.examples.slice(0, 1));
  return parser.epilogue(endOf(examples, columns));
}

/** Commands and their groups, in the order of the help. */
const topLevel = new Map(
  commands.map(({ name, summary }) => {
    const [first = "", second] = name.split(" ");
    return [first, second === undefined ? summary : (groups[first] ?? "")];
  }),
);

function addCommand(
  parser: Argv,
  name: string,
  command: Command,
  handler: (values: Record<string, unknown>) => void,
  completing: boolean,
  columns: number,
): void {
  const usage = command.positionals ? `${name} ${command.positionals}` : name;
  parser.command(
    usage,
    command.summary,
    (builder) => {
      for (const positional of positionalsOf(command)) {
        const describe =
          positional === "path" ? describeSetting("path", command.name) : (command.describe?.[positional] ?? "");
        builder.positional(positional, { type: "string", describe });
      }
      return builder.options(yargsOptions(command.name, completing)).epilogue(endOf(command.examples, columns));
    },
    handler,
  );
}

function endOf(examples: Command["examples"], columns: number): string {
  return `${examplesText(program, examples, columns)}\n\n${epilogue}`;
}

function takes({ name, positionals }: Command): string {
  return positionals === undefined ? `\`${name}\` takes none` : `usage: \`${name} ${positionals}\``;
}

function positionalsOf(command: Command): string[] {
  return [...(command.positionals ?? "").matchAll(/[\w-]+/g)].map(([name]) => name);
}

function unknownCommand([first = "", second]: readonly string[]): InvalidSettings {
  const names = commands.map(({ name }) => name);
  const within = names.filter((name) => name.startsWith(`${first} `));
  if (within.length > 0) {
    const wrong = second === undefined ? "" : ` has no such command${didYouMean(`${first} ${second}`, within)}`;
    return new InvalidSettings([`\`${first}\`${wrong || ` is incomplete; choose ${within.join(", ")}`}`], see(first));
  }
  const all = [...names, "ledger"];
  // The message does not quote the argument: it may be a password.
  return new InvalidSettings([`the first argument is not a command${didYouMean(first, all)}`], see());
}

/**
 * Splits yargs's values into flags and arguments. Anything left over is a mistake, and is reported like a wrong flag.
 */
function split(command: Command, values: Record<string, unknown>, argv: readonly string[]): Parsed {
  const { _: words, $0: _program, help: _help, h: _h, version: _version, ...rest } = values;
  const extra = (words as unknown[]).length - command.name.split(" ").length;
  // The message does not quote the arguments: one may be a password.
  const problems = extra > 0 ? [`too many arguments; ${takes(command)}`] : [];
  problems.push(...halfBooleans(argv));
  const positionals: Record<string, string> = {};
  const flags: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rest)) {
    const own = name !== "path" && positionalsOf(command).includes(name);
    if (!own) flags[name] = value;
    else if (value !== undefined) positionals[name] = String(value);
  }
  if (problems.length > 0) throw new InvalidSettings(problems, see(command.name));
  return { command, flags, positionals };
}

/** Finds values such as `--verify=maybe`, which yargs reads as false. */
function halfBooleans(argv: readonly string[]): string[] {
  const booleans = new Set(flagsOfType(true));
  return argv.flatMap((word) => {
    const [, flag = "", value = ""] = /^--(?:no-)?([\w-]+)=(.*)$/s.exec(word) ?? [];
    if (!booleans.has(flag) || value === "true" || value === "false") return [];
    return [`--${flag} takes no value, or \`true\` or \`false\``];
  });
}

function help(parser: Argv): string {
  let text = "";
  parser.showHelp((shown) => {
    text = shown;
  });
  return text;
}
