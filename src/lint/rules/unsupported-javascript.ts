import { called } from "../engines.js";
import { map } from "../example.js";
import { type Feature, lacks } from "../features/feature.js";
import { features } from "../features/index.js";
import type { InText, Rule, Target } from "../rule.js";
import type { FunctionSubject } from "../subjects.js";

export const unsupportedJavaScript: Rule = {
  id: "unsupported-javascript",
  severity: "error",
  summary: "JavaScript that the CouchDB of the setting `couchdb` lacks",
  reason:
    "CouchDB refuses a view that it can't compile, and a filter or a validation fails when it is called. Set `couchdb` to the version of the server, and to its engine if it is not that of the official image. Without `couchdb`, only syntax is reported that no CouchDB with SpiderMonkey compiles, as a warning.",
  bad: map("function (doc) {\n  var owner = doc.owner?.name;\n  if (owner) emit(owner);\n}"),
  good: map("function (doc) {\n  var owner = doc.owner && doc.owner.name;\n  if (owner) emit(owner);\n}"),
  couchdb: "3.3",
  on: "function",
  check(subject, target) {
    const found = new Map<Feature, InText>();
    for (const { node } of subject.visits) {
      for (const feature of features) {
        if (found.has(feature) || !feature.is(node) || isProvided(subject, feature)) continue;
        const wrong = whatIsWrong(feature, subject, target);
        if (wrong) found.set(feature, { offset: subject.offset(node), ...wrong });
      }
    }
    return [...found.values()];
  },
};

function whatIsWrong(
  feature: Feature,
  { role }: FunctionSubject,
  { engines }: Target,
): Omit<InText, "offset"> | undefined {
  const isModule = role === "module";
  const engine = engines.find((one) => lacks(one, feature, isModule));
  if (engine) return { message: `CouchDB with ${called(engine)} does not have ${feature.name}: write this without` };
  if (engines.length > 0 || isModule || feature.parser !== false) return undefined;
  const message = `only CouchDB with QuickJS has ${feature.name}: write this without, or set \`couchdb\` to the version and engine of the server (\`3.5 quickjs\`)`;
  return { message, severity: "warning" };
}

/** The code adds the function itself, or tests whether it exists. */
function isProvided({ source }: FunctionSubject, { name }: Feature): boolean {
  const [, method] = /^the method `(\w+)`$/.exec(name) ?? [];
  if (method !== undefined) return source.includes(`prototype.${method}`);
  const [, path] = /^`(\w+(?:\.\w+)?)`$/.exec(name) ?? [];
  return path !== undefined && new RegExp(`(?:!|if \\(|typeof )${path}\\b|${path} = |function ${path}\\b`).test(source);
}
