/** Reports what CouchDB refuses in a design document's fields, as faults of the files. Pure. */
import { compiledViews, type FieldRefusal, type FieldType, fieldRefusals } from "../../design-doc-rules/fields.js";
import { isObject } from "../../text/json.js";
import type { DesignDoc, Fault } from "./design-doc.js";

/** `partitioned`: whether the database is partitioned; undefined: unknown. */
export function shapeFaults(doc: DesignDoc, partitioned?: boolean): Fault[] {
  const refusals = fieldRefusals(doc, partitioned).filter(({ keys }) => !isSelector(doc, keys));
  return [...specialFields(doc), ...refusals.map(asFault), ...withoutFields(doc), ...withoutSelector(doc)];
}

/** Whether this field is a Mango selector that validates documents. */
function isSelector(doc: DesignDoc, [key]: readonly string[]): boolean {
  return key === "validate_doc_update" && hasSelector(doc);
}

/** Whether a Mango selector validates documents. CouchDB accepts them from 3.6 on. */
export function hasSelector(doc: DesignDoc): boolean {
  return doc.language === "query" && isObject(doc.validate_doc_update);
}

/** CouchDB stores these documents, but then no document can be written to the database. */
function withoutSelector(doc: DesignDoc): Fault[] {
  if (doc.language !== "query" || typeof doc.validate_doc_update !== "string") return [];
  const message = "with the language `query`, it must be a Mango selector; put a function into another design document";
  return [{ keys: ["validate_doc_update"], code: "design-doc-shape", message }];
}

/** CouchDB stores these documents, but fails when it builds their index. */
function withoutFields(doc: DesignDoc): Fault[] {
  if (doc.language !== "query") return [];
  return compiledViews(doc)
    .filter(([, { map }]) => isObject(map) && map.fields === undefined)
    .map(([name]) => {
      const message = "it has no `fields`, but CouchDB needs them to build the index";
      return { keys: ["views", name, "map"], code: "design-doc-shape", message };
    });
}

function specialFields(doc: DesignDoc): Fault[] {
  return Object.keys(doc)
    .filter((key) => key.startsWith("_"))
    .map((key) => {
      const message =
        key === "_attachments"
          ? "attachments are not supported: remove them, and serve files from elsewhere"
          : `CouchDB refuses the field \`${key}\`: names that begin with \`_\` are reserved`;
      return { keys: [key], code: key === "_attachments" ? "attachments" : "special-member", message };
    });
}

function asFault(refusal: FieldRefusal): Fault {
  const { keys } = refusal;
  switch (refusal.reason) {
    case "type":
      return { keys, code: "design-doc-shape", message: `it must be ${refusal.types.map(nameOf).join(" or ")}` };
    case "no-map":
      return { keys, code: "view-without-map", message: "the view has no `map`" };
    case "partitioned":
      return { keys, code: "not-partitioned", message: notPartitioned };
  }
}

const notPartitioned =
  "the database is not partitioned, so CouchDB refuses `options.partitioned: true`: remove the option, or create the database with `partitioned: true`";

const names: Readonly<Record<FieldType, string>> = {
  array: "a list",
  boolean: "true or false",
  object: "an object",
  string: "a string",
};

function nameOf(type: FieldType): string {
  return names[type];
}
