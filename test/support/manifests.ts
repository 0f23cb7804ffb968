/**
 * The errors in a Kubernetes manifest, offline: unknown fields, missing ones, wrong types. They come from the
 * TypeScript compiler, with types that were generated from the API's own description (kubernetes-types).
 */
import { join } from "node:path";
import ts from "typescript";
import { parseAllDocuments } from "yaml";
import { root } from "./cli.js";

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

/** The module that holds the kinds of an API version. */
const modules: Readonly<Record<string, string>> = { v1: "core/v1", "apps/v1": "apps/v1", "batch/v1": "batch/v1" };

/** The documents in a file, read as kubectl reads them: YAML 1.1. */
export function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text, { version: "1.1" }).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS();
  });
}

/** One text per problem; none if all manifests are valid. */
export function manifestProblems(manifests: readonly Manifest[]): string[] {
  const problems: string[] = [];
  const lines = manifests.flatMap((manifest, index) => {
    const module = modules[manifest.apiVersion];
    const value = `${JSON.stringify(manifest, null, 1)}`;
    if (module) return `export const m${index}: import("kubernetes-types/${module}").${manifest.kind} = ${value};`;
    problems.push(`${manifest.kind}: no types for the API version ${manifest.apiVersion}`);
    return [];
  });
  return [...problems, ...compilerErrors(`${lines.join("\n")}\n`)];
}

function compilerErrors(source: string): string[] {
  const file = join(root, "manifests-under-test.ts");
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: [],
    lib: ["lib.es5.d.ts"],
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? source : readFile(name));
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
    const at = diagnostic.file?.text
      .slice(diagnostic.start ?? 0)
      .split("\n")[0]
      ?.trim();
    return at === undefined ? text : `${at} ${text}`;
  });
}
