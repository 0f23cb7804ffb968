/** Compiles small programs that use the library, in strict mode, and checks the library's types with them. */
import { join } from "node:path";
import ts from "typescript";

interface Modules {
  readonly title: string;
  /** The `type` in the program's package.json. */
  readonly type: "module" | "commonjs";
  readonly options: ts.CompilerOptions;
  /** Also run: once as an ES module, once as CommonJS. */
  readonly runs?: true;
}

const { CommonJS, Node16, NodeNext } = ts.ModuleKind;
const { Node10 } = ts.ModuleResolutionKind;

export const modules: readonly [Modules, ...Modules[]] = [
  { title: "an ES module (nodenext)", type: "module", options: { module: NodeNext }, runs: true },
  { title: "an ES module (node16)", type: "module", options: { module: Node16 } },
  { title: "CommonJS (nodenext)", type: "commonjs", options: { module: NodeNext } },
  { title: "CommonJS (node16)", type: "commonjs", options: { module: Node16 } },
  { title: "CommonJS (commonjs, bundler)", type: "commonjs", options: { module: CommonJS }, runs: true },
  {
    title: "CommonJS (commonjs, node10)",
    type: "commonjs",
    options: { module: CommonJS, moduleResolution: Node10, ignoreDeprecations: "6.0" },
  },
];

/** TypeScript's own types are the same for all, and are not checked here. */
const isForeign = (file: string) => /[\\/]typescript[\\/]lib[\\/]/.test(file);
const foreign = new Map<string, ts.SourceFile | undefined>();

/** Writes the JavaScript next to the sources. Returns the errors in them and in the types that they import. */
export function compile(folder: string, names: readonly string[], options: ts.CompilerOptions): string[] {
  const all: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    strict: true,
    skipLibCheck: false,
    types: [],
    rootDir: folder,
    ...options,
  };
  const host = ts.createCompilerHost(all);
  const { getSourceFile } = host;
  host.getCurrentDirectory = () => folder;
  host.getSourceFile = (file, ...more) => {
    if (!isForeign(file)) return getSourceFile(file, ...more);
    if (!foreign.has(file)) foreign.set(file, getSourceFile(file, ...more));
    return foreign.get(file);
  };
  const files = names.map((name) => join(folder, name));
  const program = ts.createProgram(files, all, host);
  const checked = program.getSourceFiles().filter(({ fileName }) => !isForeign(fileName));
  const diagnostics = [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...checked.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
    ...program.emit().diagnostics,
  ];
  return diagnostics.map((one) => ts.formatDiagnostic(one, host).trim());
}
