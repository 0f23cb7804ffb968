import { tokenizer } from "acorn";
import { compiledViews } from "../../design-doc-rules/fields.js";
import { syntax } from "../../design-doc-rules/javascript.js";
import type { Step } from "../../migrations/step.js";
import { type DesignDoc, hasSameIndex, isJavaScript } from "../../objects/design-docs/design-doc.js";
import { membersOf } from "../../text/json.js";
import { toPointer } from "../../text/pointer.js";
import { repeatedIn } from "../databases.js";
import { yaml } from "../example.js";
import type { InSet, Rule } from "../rule.js";
import { designDocsOf } from "../subjects.js";

const views = (second: string) =>
  yaml(`- id: views
  ensureDesignDocs:
    database: zerglings
    docs:
      zerglings:
        views:
          by-owner:
            map: function (doc) { if (doc.owner) emit(doc.owner, 1); }
${second}`);

export const duplicateView: Rule = {
  id: "duplicate-view",
  severity: "warning",
  summary: "two views with the same map that CouchDB builds twice",
  reason:
    "CouchDB builds and stores one index for all views of a design document whose maps have the same text, whatever their reduces. It does not notice the same map in another design document, or with other white space.",
  bad: views(
    "      reports:\n        views:\n          owners:\n            map: function (doc) { if (doc.owner) emit(doc.owner, 1); }\n            reduce: _count\n",
  ),
  good: views(
    "          owners:\n            map: function (doc) { if (doc.owner) emit(doc.owner, 1); }\n            reduce: _count\n",
  ),
  on: "set",
  check: (steps) => repeatedIn(steps, viewsOf).flatMap(([first, other]) => twice(first, other)),
};

interface View {
  readonly designDoc: string;
  readonly doc: DesignDoc;
  readonly name: string;
  readonly map: string;
  /** Equal for maps that do the same in the same words. */
  readonly form: string;
}

function viewsOf(step: Step): View[] {
  return designDocsOf(step).flatMap(({ name: designDoc, doc }) => {
    if (!isJavaScript(doc)) return [];
    return compiledViews(doc).flatMap(([name, { map, options }]) => {
      if (typeof map !== "string") return [];
      const lib = map.includes("require(") ? membersOf(doc.views).lib : undefined;
      const form = JSON.stringify([tokensOf(map), options ?? {}, doc.options ?? {}, lib ?? null]);
      return [{ designDoc, doc, name, map, form }];
    });
  });
}

function tokensOf(source: string): readonly string[] {
  try {
    return [...tokenizer(source, syntax)].map(({ start, end }) => source.slice(start, end));
  } catch {
    return [source];
  }
}

function twice(one: View & { readonly step: Step }, other: View & { readonly step: Step }): InSet[] {
  const at = toPointer(["docs", other.designDoc, "views", other.name, "map"]);
  if (one.step === other.step && one.designDoc === other.designDoc) {
    if (one.map === other.map) return [];
    const message = `the maps of \`${one.name}\` and \`${other.name}\` differ in white space or comments only, so CouchDB keeps an index for each: make the texts equal, so that the two views share one`;
    return [{ step: other.step, at, message }];
  }
  if (hasSameIndex(one.doc, other.doc)) return [];
  const message = `the view \`${one.designDoc}/${one.name}\` of the same database has the same map, so CouchDB builds its index twice: use that view, or put both into one design document`;
  return [{ step: other.step, at, message }];
}
