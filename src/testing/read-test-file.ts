/** From the YAML of a test file to its tests, each with its position. All problems are reported, none is thrown. */
import { isMap, isSeq, type Node } from "yaml";
import type { Position } from "../contract/problem.js";
import type { SourceText } from "../files/source-text.js";
import { testValidators } from "../generated/test-validators.js";
import { type FileCache, stepFiles } from "../migrations/files.js";
import { locate, type Place, pointAt } from "../migrations/locate.js";
import { parseRoot } from "../migrations/parse-yaml.js";
import type { Problems } from "../migrations/problems.js";
import { reportSchemaErrors } from "../migrations/schema-problems.js";
import { secrecyOf } from "../migrations/secrecy.js";
import { SpecReader } from "../migrations/spec-values.js";
import { UnsetVariables } from "../migrations/unset.js";
import { Variables } from "../migrations/variables.js";
import type { YamlFile, YamlNode } from "../migrations/yaml-file.js";
import type { Schema } from "../steps/schema.js";
import { didYouMean } from "../text/nearest.js";
import type { Check } from "./check.js";
import { checks } from "./checks/index.js";
import { type Documents, type DocumentsField, readDocuments } from "./documents.js";
import { fileSchema, testSchema } from "./file-schema.js";

/** The database and the documents that tests share, and where they are declared. */
export interface Ground {
  readonly database: string;
  readonly documents: Documents | undefined;
  readonly position: Position;
}

export interface Test {
  readonly name: string;
  readonly check: Check;
  /** The test as the file declares it, valid. */
  readonly declared: unknown;
  readonly position: Position;
  readonly ground: Ground;
  /** The position of an expectation in it. */
  at(pointer: string): Position;
}

export interface TestFile {
  readonly file: string;
  readonly tests: readonly Test[];
  /** The databases with documents, each once. */
  readonly grounds: readonly Ground[];
}

/** A ground whose database may be missing. */
type Start = Omit<Ground, "database"> & { readonly database: string | undefined };

interface Head {
  readonly database?: string;
  readonly documents?: DocumentsField;
}

interface Declared extends Head {
  readonly name: string;
}

export async function readTestFile(
  source: SourceText,
  cache: FileCache,
  problems: Problems,
): Promise<TestFile | undefined> {
  const before = problems.count;
  const { file, root, firstError } = parseRoot(source, problems, "one mapping with `tests`");
  if (firstError !== Number.POSITIVE_INFINITY) return undefined;
  if (!isMap(root)) {
    const example = "`database: …` and `tests: [ … ]`";
    problems.add(source.position(0), "not-tests", `a test file must be a mapping with ${example}`);
    return undefined;
  }
  return new Reader(file, cache, problems).read({ key: root, value: root }, before);
}

class Reader {
  readonly #file: YamlFile;
  readonly #problems: Problems;
  readonly #values: SpecReader;
  readonly #cache: FileCache;

  constructor(file: YamlFile, cache: FileCache, problems: Problems) {
    this.#file = file;
    this.#cache = cache;
    this.#problems = problems;
    this.#values = new SpecReader(file, new Variables({}), new UnsetVariables("error"), problems);
  }

  async read(place: Place, before: number): Promise<TestFile | undefined> {
    const head = this.#checked<Head>(place, "testFile", "the test file", fileSchema);
    const ground = head && (await this.#ground(head, place));
    const tests: Test[] = [];
    for (const item of this.#itemsOf(place)) {
      const test = await this.#test(item, ground);
      if (test) tests.push(test);
    }
    if (this.#problems.count > before) return undefined;
    return { file: this.#file.source.file, tests, grounds: [...new Set(tests.map((test) => test.ground))] };
  }

  #itemsOf(place: Place): Node[] {
    const list = this.#file.resolve(locate(this.#file, place, "/tests").value);
    return isSeq(list) ? list.items.filter((item): item is Node => item !== null) : [];
  }

  async #test(item: Node, above: Start | undefined): Promise<Test | undefined> {
    const place = { key: item, value: item };
    const check = this.#checkOf(item);
    const declared = check && this.#checked<Declared>(place, check.name, "the test", testSchema(check));
    if (!check || !declared) return undefined;
    const at = (pointer: string) => this.#position(place, pointer);
    const own = "database" in declared || "documents" in declared;
    const ground = own ? await this.#ground(declared, place, above) : above;
    if (!isWhole(ground)) {
      if (above)
        this.#problems.add(at(""), "no-database", "the test has no `database`; add it to the file, or to the test");
      return undefined;
    }
    return { name: declared.name, check, declared, position: at("/name"), ground, at };
  }

  /** Reports a test without a check, and one with several. */
  #checkOf(item: YamlNode): Check | undefined {
    const node = this.#file.resolve(item);
    const names = checks.map(({ name }) => `\`${name}\``).join(", ");
    if (!isMap(node)) {
      if (item) this.#file.report(item, "not-a-test", `a test must be a mapping with a \`name\` and one of ${names}`);
      return undefined;
    }
    const fields = this.#file.fields(node);
    const [first, ...others] = checks.filter(({ name }) => fields.has(name));
    for (const { name } of others) {
      const message = `a test has one check, but this one already has \`${first?.name}\`; put \`${name}\` into a separate test`;
      this.#file.report(fields.get(name)?.keyNode ?? node, "two-checks", message, name);
    }
    if (first) return others.length > 0 ? undefined : first;
    const known = checks.map(({ name }) => name);
    const meant = [...fields.values()].find(({ key }) => key !== "name" && didYouMean(key, known) !== "");
    const hint = meant ? didYouMean(meant.key, known) : `; add one of ${names}`;
    this.#file.report(meant?.keyNode ?? node, "no-check", `the test checks nothing${hint}`, meant?.key);
    return undefined;
  }

  /** The value at the place, or undefined if it is invalid, which is reported. */
  #checked<Value>(place: Place, validator: string, kind: string, schema: Schema): Value | undefined {
    const before = this.#problems.count;
    const values = this.#values.read(place.value, secrecyOf(schema));
    const validate = testValidators[validator];
    if (validate && !validate(values.value))
      reportSchemaErrors({ file: this.#file, place, kind, schema, values }, validate.errors ?? []);
    return this.#problems.count > before ? undefined : (values.value as Value);
  }

  /** What the test declares, and otherwise what the file does. */
  async #ground({ database, documents }: Head, place: Place, above?: Start): Promise<Start> {
    const at = (pointer: string) => this.#position(place, `/documents${pointer}`);
    const read = documents === undefined ? above?.documents : await this.#documents(documents, at);
    return {
      database: database ?? above?.database,
      documents: read,
      position: documents === undefined ? this.#position(place, "/database") : at(""),
    };
  }

  #documents(field: DocumentsField, at: (pointer: string) => Position): Promise<Documents | undefined> {
    // `ensureDocuments` has the list in `docs`.
    const place = (pointer: string) => at(Array.isArray(field) ? pointer.replace(/^\/docs/, "") : pointer);
    const { file } = this.#file.source;
    const files = stepFiles(
      file,
      this.#cache,
      this.#problems,
      place,
      () => true,
      () => {},
    );
    return readDocuments(field, files);
  }

  #position(place: Place, pointer: string): Position {
    return this.#file.position(pointAt(locate(this.#file, place, pointer)));
  }
}

function isWhole(ground: Start | undefined): ground is Ground {
  return ground?.database !== undefined;
}
