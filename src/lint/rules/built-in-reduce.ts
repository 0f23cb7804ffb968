import type { AnyNode } from "acorn";
import { parseFunction } from "../../design-doc-rules/function-text.js";
import { isCallOf, mainFunction } from "../ast.js";
import { reduce } from "../example.js";
import type { Rule } from "../rule.js";
import { formOf } from "../same-code.js";
import type { FunctionSubject } from "../subjects.js";

export const builtInReduce: Rule = {
  id: "built-in-reduce",
  severity: "warning",
  summary: "a reduce in JavaScript that a built-in one does",
  reason:
    "CouchDB runs `_sum`, `_count` and `_stats` itself, without its JavaScript engine: they build several times as fast, and give the right result when CouchDB combines results (rereduce).",
  bad: reduce("function (keys, values) {\n  return sum(values);\n}"),
  good: reduce("_sum"),
  on: "designDoc",
  check: ({ functions }) =>
    functions.flatMap((subject) => {
      if (subject.role !== "reduce" || !subject.main) return [];
      const form = forms.get(formOf(subject.main));
      if (!form || (form.name === "_sum" && emitsOthers(mapOf(subject, functions)))) return [];
      return [{ keys: subject.keys, offset: subject.offset(subject.main), message: messageOf(form) }];
    }),
};

function messageOf({ name, wrong }: Form): string {
  const rebuild = "changing the reduce rebuilds the index";
  if (wrong) {
    return `this counts wrongly where CouchDB combines results; \`${name}\` counts right and is much faster (no JavaScript): write \`${name}\` instead of the function; ${rebuild}`;
  }
  if (name === "_count") {
    return `\`_count\` gives the same result and is much faster (no JavaScript): write \`_count\` instead of the function; ${rebuild}`;
  }
  return `\`_sum\` gives the same result if every emitted value is a number, and is much faster (no JavaScript): write \`_sum\` instead of the function. \`_sum\` fails on other values, \`null\` included; ${rebuild}`;
}

function mapOf({ keys }: FunctionSubject, functions: readonly FunctionSubject[]): FunctionSubject | undefined {
  const [, view] = keys;
  return functions.find(({ role, keys: [, name] }) => role === "map" && name === view);
}

/** The map visibly emits a value that is not a number. `_sum` fails on such values, or adds up what is in them. */
function emitsOthers(map: FunctionSubject | undefined): boolean {
  const [doc] = map?.parameters ?? [];
  return map?.visits.some(({ node }) => isCallOf(node, "emit") && isOther(node.arguments[1], doc)) === true;
}

function isOther(value: AnyNode | undefined, doc: string | undefined): boolean {
  switch (value?.type) {
    case undefined:
    case "ArrayExpression":
    case "ObjectExpression":
    case "TemplateLiteral":
      return true;
    case "Identifier":
      return value.name === doc || value.name === "undefined";
    case "Literal":
      return typeof value.value !== "number";
    case "ConditionalExpression":
      return isOther(value.consequent, doc) || isOther(value.alternate, doc);
    default:
      return false;
  }
}

/** What people write instead of the built-in reduces. Names, `var`, braces and semicolons may differ. */
const sums = [
  "return sum(v);",
  "if (r) { return sum(v); } return sum(v);",
  "if (r) { return sum(v); } else { return sum(v); }",
  "var s = 0; for (var i = 0; i < v.length; i++) { s += v[i]; } return s;",
  "var s = 0; for (var i in v) { s += v[i]; } return s;",
  "var s = 0, i; for (i = 0; i < v.length; i++) { s += v[i]; } return s;",
  "var s = 0; var i; for (i = 0; i < v.length; i++) { s += v[i]; } return s;",
  "var s = 0; for (var i = 0, n = v.length; i < n; i++) { s += v[i]; } return s;",
  "var s = 0; for (var x of v) { s += x; } return s;",
  "var s = 0; v.forEach(function (x) { s += x; }); return s;",
  "return v.reduce(function (a, b) { return a + b; }, 0);",
  "return v.reduce(function (a, b) { return a + b; });",
];
const counts = [
  "if (r) { return sum(v); } return v.length;",
  "if (r) { return sum(v); } else { return v.length; }",
  "if (!r) { return v.length; } return sum(v);",
  "if (!r) { return v.length; } else { return sum(v); }",
  "return r ? sum(v) : v.length;",
  "if (r) { return sum(v); } return k.length;",
  "if (r) { return sum(v); } else { return k.length; }",
];
const wrongCounts = ["return v.length;", "return k.length;"];

interface Form {
  readonly name: string;
  readonly wrong?: true;
}

const forms: ReadonlyMap<string, Form> = new Map([
  ...sums.flatMap((body) => formsOf(body, { name: "_sum" })),
  ...counts.flatMap((body) => formsOf(body, { name: "_count" })),
  ...wrongCounts.flatMap((body) => formsOf(body, { name: "_count", wrong: true })),
]);

/** Functions may leave out parameters that they do not use. */
function formsOf(body: string, form: Form): [string, Form][] {
  return ["k, v, r", "k, v"].flatMap((parameters) => {
    const parsed = parseFunction(`function (${parameters}) { ${body} }`);
    const main = "fault" in parsed ? undefined : mainFunction(parsed.program);
    return main ? [[formOf(main), form] satisfies [string, Form]] : [];
  });
}
