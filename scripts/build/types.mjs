/**
 * The types of the library: the declarations that src/index.ts leads to, and no others. They describe CommonJS,
 * because the library is CommonJS; the package.json next to them tells compilers so.
 */
import { dirname, join, relative, resolve, sep } from "node:path";
import ts from "typescript";
import { root } from "../generate/load-kinds.mjs";

const source = join(root, "src");

/** Returns the texts of the files by name below dist/types. Fails if the sources have an error. */
export function types(entry = "index") {
  const declarations = emitted();
  const files = new Map([["package.json", `${JSON.stringify({ type: "commonjs" })}\n`]]);
  const add = (name) => {
    if (files.has(name)) return;
    const text = declarations.get(name);
    if (text === undefined) throw new Error(`there are no types ${name}`);
    files.set(name, text);
    for (const specifier of importsOf(text)) {
      if (!specifier.startsWith("."))
        throw new Error(`${name}: users of the library don't have the types "${specifier}"`);
      add(join(dirname(name), specifier).split(sep).join("/").replace(/\.js$/, ".d.ts"));
    }
  };
  add(`${entry}.d.ts`);
  return files;
}

function importsOf(text) {
  return ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
}

function emitted() {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => fail([diagnostic]) };
  const config = ts.getParsedCommandLineOfConfigFile(join(root, "tsconfig.build.json"), {}, host);
  const program = ts.createProgram(config.fileNames, config.options);
  const declarations = new Map();
  const { diagnostics } = program.emit(undefined, (file, text) => {
    declarations.set(relative(resolve(source), file).split(sep).join("/"), text);
  });
  const errors = [...config.errors, ...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (errors.length > 0) fail(errors);
  return declarations;
}

function fail(diagnostics) {
  const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => "\n" };
  throw new Error(ts.formatDiagnostics(diagnostics, host));
}
