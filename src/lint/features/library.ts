/** Objects, functions and methods that an engine of CouchDB lacks. Pure. */
import type { AnyNode } from "acorn";
import type { Feature } from "./feature.js";

/** `quickjs` absent: QuickJS has it. */
type Row = readonly [name: string, spidermonkey: number, sample: string, quickjs?: false];

const statics: readonly Row[] = [
  ["Object.assign", 34, "Object.assign({}, { a: true }).a"],
  ["Object.entries", 47, "Object.entries({ a: 1 }).length === 1"],
  ["Object.values", 47, "Object.values({ a: 1 }).length === 1"],
  ["Object.fromEntries", 63, "Object.fromEntries([['a', true]]).a"],
  ["Object.hasOwn", 92, "Object.hasOwn({ a: 1 }, 'a')"],
  ["Object.groupBy", 119, "Object.groupBy([1], function () { return 'a'; }).a.length === 1"],
  ["Array.from", 32, "Array.from('ab').length === 2"],
  ["Array.of", 25, "Array.of(1).length === 1"],
  ["Number.isInteger", 16, "Number.isInteger(1)"],
  ["Number.isFinite", 16, "Number.isFinite(1)"],
  ["Number.isNaN", 15, "Number.isNaN(NaN)"],
  ["Number.parseInt", 25, "Number.parseInt('1', 10) === 1"],
  ["Number.parseFloat", 25, "Number.parseFloat('1') === 1"],
  ["Math.trunc", 25, "Math.trunc(1.5) === 1"],
  ["Math.sign", 25, "Math.sign(2) === 1"],
  ["Math.log10", 25, "Math.log10(10) === 1"],
  ["Math.log2", 25, "Math.log2(2) === 1"],
  ["String.raw", 34, "String.raw({ raw: ['a'] }) === 'a'"],
];

const globals: readonly Row[] = [
  ["Intl", 29, "new Intl.NumberFormat('en').format(1) === '1'", false],
  ["Map", 13, "new Map([[1, true]]).get(1)"],
  ["Set", 13, "new Set([1]).has(1)"],
  ["Symbol", 36, "Symbol('a').toString() === 'Symbol(a)'"],
];

const methods: readonly Row[] = [
  ["includes", 43, "[1].includes(1) && 'a'.includes('a')"],
  ["startsWith", 17, "'ab'.startsWith('a')"],
  ["endsWith", 17, "'ab'.endsWith('b')"],
  ["padStart", 48, "'a'.padStart(2, '0') === '0a'"],
  ["padEnd", 48, "'a'.padEnd(2, '0') === 'a0'"],
  ["trimStart", 61, "' a'.trimStart() === 'a'"],
  ["trimEnd", 61, "'a '.trimEnd() === 'a'"],
  ["matchAll", 67, "Array.from('aa'.matchAll(/a/g)).length === 2"],
  ["replaceAll", 77, "'aa'.replaceAll('a', 'b') === 'bb'"],
  ["normalize", 31, "'a'.normalize('NFC') === 'a'", false],
  ["codePointAt", 29, "'a'.codePointAt(0) === 97"],
  ["find", 25, "[true].find(function (a) { return a; })"],
  ["findIndex", 25, "[1].findIndex(function (a) { return a === 1; }) === 0"],
  ["findLast", 104, "[true].findLast(function (a) { return a; })"],
  ["findLastIndex", 104, "[1].findLastIndex(function (a) { return a === 1; }) === 0"],
  ["flat", 62, "[[1]].flat()[0] === 1"],
  ["flatMap", 62, "[1].flatMap(function (a) { return [a]; }).length === 1"],
  ["at", 90, "[1].at(-1) === 1"],
  ["toSorted", 115, "[1].toSorted().length === 1"],
  ["toReversed", 115, "[1].toReversed().length === 1"],
  ["toSpliced", 115, "[1].toSpliced(0, 1).length === 0"],
];

export const libraryFeatures: readonly Feature[] = [
  ...statics.map(([name, spidermonkey, sample, quickjs]) =>
    featureOf(`\`${name}\``, spidermonkey, sample, quickjs, (node) => isStatic(node, name)),
  ),
  ...globals.map(([name, spidermonkey, sample, quickjs]) =>
    featureOf(`\`${name}\``, spidermonkey, sample, quickjs, (node) => isGlobal(node, name)),
  ),
  ...methods.map(([name, spidermonkey, sample, quickjs]) =>
    featureOf(`the method \`${name}\``, spidermonkey, sample, quickjs, (node) => isMethod(node, name)),
  ),
];

function featureOf(
  name: string,
  spidermonkey: number,
  sample: string,
  quickjs: false | undefined,
  is: Feature["is"],
): Feature {
  return { name, spidermonkey, sample, is, ...(quickjs === false && { quickjs }) };
}

function isStatic(node: AnyNode, name: string): boolean {
  if (node.type !== "MemberExpression" || node.computed) return false;
  const { object, property } = node;
  return object.type === "Identifier" && property.type === "Identifier" && `${object.name}.${property.name}` === name;
}

/** `new Map()`, `Symbol()`, `Intl.NumberFormat`. */
function isGlobal(node: AnyNode, name: string): boolean {
  if (node.type !== "NewExpression" && node.type !== "CallExpression" && node.type !== "MemberExpression") return false;
  const value = node.type === "MemberExpression" ? node.object : node.callee;
  return value.type === "Identifier" && value.name === name;
}

function isMethod(node: AnyNode, name: string): boolean {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression" || node.callee.computed) return false;
  const { property } = node.callee;
  return property.type === "Identifier" && property.name === name;
}
