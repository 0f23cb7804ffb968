import { map } from "../example.js";
import { type Field, requiredFields, testedFields } from "../fields.js";
import type { InDoc, Rule } from "../rule.js";
import type { DesignDocSubject, FunctionSubject } from "../subjects.js";

export const unguardedField: Rule = {
  id: "unguarded-field",
  severity: "warning",
  summary: "a map that throws for documents without a field",
  reason:
    "If a map throws, CouchDB writes a line to its log for that document, and drops all rows that the map has emitted for it. Test the field where the map uses it. The rule reports a map only if documents without the field are to be expected: the map tests the field earlier, or, as a note, another view of the design document tests it.",
  bad: map('function (doc) {\n  if (!doc.owner) log("no owner");\n  emit(doc.owner.name);\n}'),
  good: map("function (doc) {\n  if (doc.owner) emit(doc.owner.name);\n}"),
  on: "designDoc",
  check(designDoc) {
    const maps = fieldsOfMaps(designDoc);
    const found = [...maps.flatMap(untestedHere), ...maps.flatMap((one) => testedElsewhere(one, maps))];
    return [...new Map(found.map((one) => [one.field, one.finding] as const).reverse()).values()];
  },
};

interface FieldsOfMap {
  readonly subject: FunctionSubject;
  readonly tested: readonly Field[];
  readonly required: readonly Field[];
}

/** The first of each field is the finding. */
interface Found {
  readonly field: string | undefined;
  readonly finding: InDoc;
}

function fieldsOfMaps({ functions }: DesignDocSubject): FieldsOfMap[] {
  return functions.flatMap((subject) => {
    const [doc] = subject.parameters;
    if (subject.role !== "map" || doc === undefined) return [];
    return [{ subject, tested: testedFields(subject, doc), required: requiredFields(subject, doc) }];
  });
}

function untestedHere({ subject, tested, required }: FieldsOfMap): Found[] {
  return required.flatMap((field) => {
    const test = tested.find((one) => one.node.end <= field.node.start && isPartOf(one, field));
    if (!test) return [];
    const message = `\`${subject.text(test.node)}\` is tested above, but not here: without \`${subject.text(field.node)}\`, the map throws, and CouchDB logs the error and drops all rows of the document; test the field where the map uses it`;
    return foundAt(subject, field, message);
  });
}

function testedElsewhere({ subject, required }: FieldsOfMap, maps: readonly FieldsOfMap[]): Found[] {
  return required.flatMap((field) => {
    const other = maps.find((one) => one.subject !== subject && one.tested.some((test) => isPartOf(test, field)));
    if (!other) return [];
    const name = subject.text(field.node);
    const message = `the view \`${other.subject.keys[1]}\` expects documents without \`${name}\`; here they make the map throw, and get no rows: test the field before this line, or leave the map as it is if no row is what you want`;
    return foundAt(subject, field, message, { severity: "note" });
  });
}

function isPartOf(test: Field, { path }: Field): boolean {
  return test.path.every((key, i) => key === path[i]);
}

function foundAt(
  subject: FunctionSubject,
  { path, node }: Field,
  message: string,
  more: Pick<InDoc, "severity"> = {},
): Found[] {
  return [{ field: path[0], finding: { keys: subject.keys, offset: subject.offset(node), message, ...more } }];
}
