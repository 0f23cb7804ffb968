import { parseFunction } from "../../design-doc-rules/function-text.js";
import { mainFunction } from "../ast.js";
import { reduce } from "../example.js";
import type { Rule } from "../rule.js";
import { formOf } from "../same-code.js";

export const builtInReduce: Rule = {
  id: "built-in-reduce",
  severity: "warning",
  summary: "a reduce in JavaScript that a built-in one does",
  reason:
    "CouchDB runs `_sum`, `_count` and `_stats` itself, without its JavaScript engine: they build several times as fast, and give the right result when CouchDB combines results (rereduce).",
  bad: reduce("function (keys, values) {\n  return sum(values);\n}"),
  good: reduce("_sum"),
  on: "function",
  check(subject) {
    if (subject.role !== "reduce" || !subject.main) return [];
    const { name, wrong } = forms().get(formOf(subject.main)) ?? {};
    if (name === undefined) return [];
    const offset = subject.offset(subject.main);
    const why = wrong ? "this counts wrongly where CouchDB combines results, and" : "this";
    return [
      { offset, message: `${why} is what the built-in \`${name}\` does: write \`${name}\` instead of the function` },
    ];
  },
};

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

let known: ReadonlyMap<string, Form> | undefined;

function forms(): ReadonlyMap<string, Form> {
  known ??= new Map([
    ...sums.flatMap((body) => formsOf(body, { name: "_sum" })),
    ...counts.flatMap((body) => formsOf(body, { name: "_count" })),
    ...wrongCounts.flatMap((body) => formsOf(body, { name: "_count", wrong: true })),
  ]);
  return known;
}

/** Functions may leave out parameters that they do not use. */
function formsOf(body: string, form: Form): [string, Form][] {
  return ["k, v, r", "k, v"].flatMap((parameters) => {
    const parsed = parseFunction(`function (${parameters}) { ${body} }`);
    const main = "fault" in parsed ? undefined : mainFunction(parsed.program);
    return main ? [[formOf(main), form] satisfies [string, Form]] : [];
  });
}
