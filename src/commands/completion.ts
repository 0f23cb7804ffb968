import { basename } from "node:path";
import { exitCodes } from "../contract/errors.js";
import { InvalidSettings } from "../settings/problems.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";

export const completion: Command = {
  name: "completion",
  positionals: "[shell]",
  describe: { shell: "bash, zsh or fish (default: the shell in SHELL)" },
  summary: "Print a script for your shell that completes commands and flags",
  examples: [
    ["completion bash >> ~/.bashrc", "bash"],
    ["completion fish > ~/.config/fish/completions/couchdb-migrate.fish", "fish"],
  ],
  async run(context) {
    const shell = context.positionals.shell ?? basename(context.env.SHELL ?? "bash");
    const script = scripts.get(shell);
    if (script === undefined) {
      throw new InvalidSettings([`shell: no script for \`${visible(shell)}\`; choose bash, zsh or fish`]);
    }
    context.print(script);
    return { exitCode: exitCodes.done };
  },
};

/**
 * yargs generates the completions (`--get-yargs-completions`) in the format of the shell in SHELL. If it has none,
 * the shell completes file names.
 */
const scripts = new Map([
  [
    "bash",
    `_couchdb_migrate() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(SHELL=bash couchdb-migrate --get-yargs-completions "\${COMP_WORDS[@]}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _couchdb_migrate couchdb-migrate
`,
  ],
  [
    "zsh",
    `#compdef couchdb-migrate
_couchdb_migrate() {
  local -a words_known
  words_known=("\${(@f)$(SHELL=zsh couchdb-migrate --get-yargs-completions "\${words[@]}" 2>/dev/null)}")
  if [[ -n "\${words_known[1]}" ]]; then _describe couchdb-migrate words_known; else _files; fi
}
compdef _couchdb_migrate couchdb-migrate
`,
  ],
  [
    "fish",
    `complete -c couchdb-migrate -a '(SHELL=fish couchdb-migrate --get-yargs-completions (commandline -opc) (commandline -ct) 2>/dev/null)'
`,
  ],
]);
