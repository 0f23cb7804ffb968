/** The declarations in the package: only those of the library's exports, and the types that these name. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { installed } from "../support/installer.js";

const { files, package: folder } = await installed();
const sources = files
  .filter((path) => path.startsWith("dist/types/") && path.endsWith(".d.ts"))
  .map((path) => ts.createSourceFile(path, readFileSync(join(folder, path), "utf8"), ts.ScriptTarget.Latest, true));

/** Every identifier in a node. */
function namesIn(node: ts.Node): string[] {
  const names = ts.isIdentifier(node) ? [node.text] : [];
  ts.forEachChild(node, (child) => void names.push(...namesIn(child)));
  return names;
}

function declaredBy(statement: ts.Statement): string[] {
  const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
  return declared.flatMap((one) => {
    const name = ts.getNameOfDeclaration(one as ts.Declaration);
    return name && ts.isIdentifier(name) ? [name.text] : [];
  });
}

/** The statements that declare something, by its name. */
const declarations = new Map(
  sources.flatMap(({ statements }) => statements.flatMap((one) => declaredBy(one).map((name) => [name, one] as const))),
);

const statementsOf = (path: string) => sources.find(({ fileName }) => fileName === path)?.statements ?? [];

function exportedBy(path: string): string[] {
  return statementsOf(path).flatMap((statement) => {
    if (!ts.isExportDeclaration(statement)) return [];
    if (statement.exportClause) return namesIn(statement.exportClause);
    const all = join("dist/types", (statement.moduleSpecifier as ts.StringLiteral).text.replace(/\.js$/, ".d.ts"));
    return statementsOf(all).flatMap(declaredBy);
  });
}

it("the package declares only what its exports name", () => {
  const reached = new Set(exportedBy("dist/types/index.d.ts"));
  expect([...reached]).toEqual(expect.arrayContaining(["apply", "Plan", "Step"]));
  for (const name of reached) {
    for (const named of namesIn(declarations.get(name) ?? ts.factory.createNull())) reached.add(named);
  }
  expect([...declarations.keys()].filter((name) => !reached.has(name))).toEqual([]);
});
