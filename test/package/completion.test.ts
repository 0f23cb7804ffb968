/** The completion scripts of the installed package, in the shells that are installed. */
import { execFile, spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/cli.js";
import { installed } from "../support/installer.js";
import { tempFolder } from "../support/temp.js";

const { program, folder } = await installed();
const run = promisify(execFile);
const env = { PATH: [join(folder, "node_modules/.bin"), process.env.PATH].join(delimiter) };
const has = (shell: string) => spawnSync(shell, ["--version"]).status === 0;

/** What each shell completes, and some of the words that it must offer. */
const cases = [
  ["pl", "plan"],
  ["plan --det", "--detailed-exitcode"],
  ["plan --format ", "markdown"],
  ["ledger fo", "forget"],
  ["--verify app", "apply"],
] as const;

async function script(shell: string): Promise<string> {
  const { code, stdout } = await runCli(["completion", shell], { program, env: { SHELL: "/bin/sh" } });
  expect(code).toBe(0);
  return stdout;
}

describe.runIf(has("bash"))("in bash", () => {
  /** Calls the function like `complete -F`. */
  const ask = (words: readonly string[]) => `
COMP_WORDS=(couchdb-migrate ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}
_couchdb_migrate couchdb-migrate '' ''; echo "\${COMPREPLY[*]}"`;

  it("the sourced script completes commands, flags and values, and leaves files to the shell", async () => {
    const cwd = await tempFolder({ script: await script("bash") });
    const lines = cases.map(([line]) => ask(line.split(" "))).join("\n");
    const text = `source ./script\ncomplete -p couchdb-migrate\n${lines}\n${ask(["apply", "mig"])}`;
    const { stdout } = await run("bash", ["--norc", "-uc", text], { cwd, env });
    const [registered, ...offered] = stdout.trimEnd().split("\n");
    expect(registered).toBe("complete -o default -F _couchdb_migrate couchdb-migrate");
    for (const [i, [line, word]] of cases.entries()) expect(offered[i]?.split(" "), line).toContain(word);
    expect(offered[cases.length] ?? "").toBe("");
  });
});

describe.runIf(has("zsh"))("in zsh", () => {
  it("the script offers commands, flags and values", async () => {
    const cwd = await tempFolder({ script: await script("zsh") });
    // What the line editor does with the words is not tested.
    const stubs = "compdef() { :; }\n_files() { print FILES; }\n_describe() { print -r -- ${(P)2} }\nsource ./script\n";
    const asked = cases.map(([line]) => `words=(couchdb-migrate ${line.replace(/ $/, " ''")}); _couchdb_migrate`);
    const { stdout } = await run("zsh", ["-fc", `${stubs}${asked.join("\n")}\n`], { cwd, env });
    const offered = stdout.trimEnd().split("\n");
    for (const [i, [line, word]] of cases.entries())
      expect(offered[i], line).toMatch(new RegExp(`(^| )${word}(:| |$)`));
  });
});

describe.runIf(has("fish"))("in fish", () => {
  it("the script offers commands, flags and values", async () => {
    const cwd = await tempFolder({ script: await script("fish") });
    const asked = cases.map(([line]) => `complete -C 'couchdb-migrate ${line}'; echo END`);
    const { stdout } = await run("fish", ["-c", `source ./script\n${asked.join("\n")}`], {
      cwd,
      env: { ...env, HOME: cwd },
    });
    const offered = stdout.split("END\n").map((text) => text.split("\n").map((one) => one.split("\t")[0]));
    for (const [i, [line, word]] of cases.entries()) expect(offered[i], line).toContain(word);
  });
});

it("a shell without a test here gets the words that yargs knows", async () => {
  const asked = ["--get-yargs-completions", "couchdb-migrate", "pl"];
  const { stdout } = await runCli(asked, { program, env: { SHELL: "zsh" } });
  expect(stdout).toMatch(/^plan:/m);
  for (const shell of ["zsh", "fish"]) expect(await script(shell)).toContain("couchdb-migrate --get-yargs-completions");
});
