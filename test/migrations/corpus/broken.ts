/**
 * Broken inputs, and the expected problems: `code line:column`, in the order of the text. A case that has several
 * files names them, and its problems say which file: `b.yaml code line:column`.
 */
export interface Broken {
  readonly name: string;
  /** The only file, 001.yaml. */
  readonly text?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  /** A part of the first problem's message. */
  readonly says?: string;
}

const step = (spec: string) => `- id: zerglings\n  ensureDatabase: ${spec}\n`;
const database = (name: string) => step(`{ name: ${name} }`);
const repeat = (count: number, text: string) => text.repeat(count);

export const broken: readonly Broken[] = [
  // The file as a whole.
  { name: "an empty file", text: "", problems: ["empty-file 1:1"] },
  { name: "white space only", text: "\n  \n", problems: ["empty-file 1:1"] },
  { name: "comments only", text: "# later\n", problems: ["empty-file 1:1"] },
  { name: "a list without items", text: "[]\n", problems: ["empty-file 1:1"] },
  { name: "an empty document", text: "---\n...\n", problems: ["empty-file 1:1"] },
  { name: "a mapping", text: "id: zerglings\nensureDatabase:\n  name: zerglings\n", problems: ["not-a-list 1:1"] },
  { name: "a word", text: "# hello\nhello\n", problems: ["not-a-list 2:1"] },
  { name: "several documents", text: `${database("a")}---\n${database("b")}`, problems: ["several-documents 3:1"] },
  { name: "a document after the end mark", text: `${database("a")}...\n${database("b")}`, problems: ["several-documents 4:1"] },
  { name: "YAML 1.1", text: `%YAML 1.1\n---\n${database("a")}`, problems: ["bad-yaml 1:1"], says: "remove the %YAML line" },
  { name: "a control character", text: step('{ name: "a\u0007b" }'), problems: ["control-character 2:29"], says: '"\\x07"' },
  { name: "an escape sequence of a terminal", text: "- id: \u001b[31mred\n", problems: ["control-character 1:7"] },
  { name: "an escaped control character", text: '- id: "a\\x07"\n  ensureDatabase: { name: a }\n', problems: ["bad-id 1:7"], says: "`a\\x07`" },

  // Former ids.
  { name: "a former id that is the id of another step", text: `- id: b\n  formerly: [a]\n  ensureDatabase: { name: b }\n- id: a\n  ensureDatabase: { name: a }\n`, problems: ["former-id-in-use 2:14"], says: "001.yaml:4:7" },
  { name: "a former id that is the step's own", text: "- id: a\n  formerly: [a]\n  ensureDatabase: { name: a }\n", problems: ["former-id-in-use 2:14"] },
  { name: "a former id that two steps claim", text: `- id: b\n  formerly: [a]\n  ensureDatabase: { name: b }\n- id: c\n  formerly: [a]\n  ensureDatabase: { name: c }\n`, problems: ["formerly-twice 5:14"], says: "001.yaml:2:14" },
  { name: "a former id in another file's step", files: { "a.yaml": "- id: b\n  formerly: [a]\n  ensureDatabase: { name: b }\n", "b.yaml": "- id: a\n  ensureDatabase: { name: a }\n" }, problems: ["a.yaml former-id-in-use 2:14"] },
  { name: "a former id that is not a list", text: "- id: b\n  formerly: a\n  ensureDatabase: { name: b }\n", problems: ["wrong-type 2:13"], says: "formerly: [old-id]" },
  { name: "a former id that is a number", text: "- id: b\n  formerly: [7]\n  ensureDatabase: { name: b }\n", problems: ["bad-id 2:14"] },
  { name: "an invalid former id", text: '- id: b\n  formerly: ["a b"]\n  ensureDatabase: { name: b }\n', problems: ["bad-id 2:14"] },
  { name: "former ids that are empty", text: "- id: b\n  formerly: [~]\n  ensureDatabase: { name: b }\n", problems: ["bad-id 2:14"] },

  // What must be true before a step begins.
  { name: "require of a step that destroys nothing", text: "- id: a\n  require: { empty: true }\n  ensureDatabase: { name: a }\n", problems: ["unknown-field 2:3"], says: "`ensureDatabase` removes and transforms nothing" },
  { name: "require without anything", text: "- id: a\n  require: {}\n  removeDatabase: { name: a }\n", problems: ["bad-value 2:3"], says: "must not be empty" },
  { name: "require without a value", text: "- id: a\n  require:\n  removeDatabase: { name: a }\n", problems: ["wrong-type 2:3"], says: "no value" },
  { name: "an unknown requirement", text: "- id: a\n  require: { document: { atMost: 1 } }\n  removeDatabase: { name: a }\n", problems: ["unknown-field 2:14"], says: "did you mean `documents`?" },
  { name: "a requirement with a variable", text: '- id: a\n  require: { documents: { atMost: "${MOST}" } }\n  removeDatabase: { name: a }\n', env: { MOST: "1" }, problems: ["wrong-type 2:35"], says: "a whole number" },
  { name: "a requirement that is false", text: "- id: a\n  require: { empty: false }\n  removeDatabase: { name: a }\n", problems: ["bad-value 2:21"], says: "must be `true`" },
  { name: "a version without a comparison", text: '- id: a\n  require: { couchdb: "3.3" }\n  removeDatabase: { name: a }\n', problems: ["bad-value 2:23"], says: "`>=3.3`" },
  { name: "a range of another syntax", text: '- id: a\n  require: { couchdb: "^3.3 || 4" }\n  removeDatabase: { name: a }\n', problems: ["bad-value 2:23"] },
  { name: "documents of a step that works in no database", text: "- id: a\n  require: { documents: { atMost: 1 }, empty: true }\n  removeAdmin: { name: a }\n", problems: ["bad-require 2:14", "bad-require 2:47"], says: "`removeAdmin` does not work in a database" },
  { name: "an empty database whose documents are removed", text: "- id: a\n  require: { empty: true }\n  removeDocuments: { database: a, ids: [b] }\n", problems: ["bad-require 2:21"], says: "nothing to do" },
  { name: "an empty database whose documents are transformed", text: "- id: a\n  require: { empty: true }\n  transformDocuments: { database: a, unset: [/b] }\n", problems: ["bad-require 2:21"] },
  { name: "a least number of documents where the step removes some", text: "- id: a\n  require: { documents: { atLeast: 2 } }\n  removeDocuments: { database: a, ids: [b] }\n", problems: ["bad-require 2:36"], says: "after an interruption" },
  { name: "a number of documents that can't be", text: "- id: a\n  require: { documents: { atLeast: 2, atMost: 1 } }\n  removeDatabase: { name: a }\n", problems: ["bad-require 2:36"], says: "at least 2 and at most 1" },
  { name: "documents in an empty database", text: "- id: a\n  require: { documents: { atLeast: 2 }, empty: true }\n  removeDatabase: { name: a }\n", problems: ["bad-require 2:36"] },
  { name: "a version that can't be", text: '- id: a\n  require: { couchdb: ">=3.5 <3.3" }\n  removeDatabase: { name: a }\n', problems: ["bad-require 2:23"] },

  // Syntax.
  { name: "a tab as indentation", text: "- id: zerglings\n\tensureDatabase:\n\t\tname: a\n", problems: ["tab 2:1", "tab 3:1"], says: "spaces" },
  { name: "a tab deeper down", text: "- id: a\n  ensureDatabase:\n\t  name: a\n", problems: ["tab 3:1"] },
  { name: "an unterminated quote", text: '- id: "zerglings\n  ensureDatabase: { name: a }\n', problems: ["bad-yaml 1:7"] },
  { name: "an unterminated brace", text: "- id: a\n  ensureDatabase: { name: a\n", problems: ["bad-yaml 3:1"] },
  { name: "indentation that fits nowhere", text: "- id: a\n  ensureDatabase:\n    name: a\n   q: 1\n", problems: ["bad-yaml 4:1"] },
  { name: "a variable in braces without quotes", text: database("${NAME}"), problems: ["bad-yaml 2:28"], says: '"${NAME}"' },
  { name: "a wrong escape", text: '- id: "a\\q"\n  ensureDatabase: { name: a }\n', problems: ["bad-yaml 1:9"], says: "backslash" },
  { name: "text that begins with @", text: "- id: @a\n  ensureDatabase: { name: a }\n", problems: ["bad-yaml 1:7"], says: "quotes" },
  { name: "a range of versions without quotes", text: "- id: a\n  require:\n    couchdb: >=3.3\n  removeDatabase: { name: b }\n", problems: ["bad-yaml 3:14"], says: "put it in quotes" },
  { name: "an unknown tag", text: "- id: !secret a\n  ensureDatabase: { name: a }\n", problems: ["unknown-tag 1:7"] },
  { name: "steps before a mistake in the syntax are checked", text: `${database("Bad")}- id: "b\n`, problems: ["bad-value 2:27", "bad-yaml 3:7"] },
  { name: "a duplicate key in a step", text: "- id: a\n  id: b\n  ensureDatabase: { name: a }\n", problems: ["duplicate-key 2:3"], says: "line 1, column 3" },
  { name: "a duplicate key in a spec", text: step("{ name: a, q: 1, name: b }"), problems: ["duplicate-key 2:36"], says: "line 2, column 21" },
  { name: "a duplicate kind", text: "- id: a\n  ensureDatabase: { name: a }\n  ensureDatabase: { name: b }\n", problems: ["duplicate-key 3:3"] },
  { name: "a duplicate key, once in quotes", text: step('{ name: a, "name": b }'), problems: ["duplicate-key 2:30"] },
  { name: "a key that is a list", text: "- id: a\n  ? [b]\n  : c\n  ensureDatabase: { name: a }\n", problems: ["bad-key 2:5"] },
  { name: "a merge key", text: `- id: a\n  ensureDatabase: &a { name: a }\n- id: b\n  ensureDatabase:\n    <<: *a\n    name: b\n`, problems: ["merge-key 5:5"] },
  { name: "an alias to nothing", text: database("*nowhere"), problems: ["unknown-anchor 2:27"] },
  { name: "an alias before its anchor", text: "- id: *later\n  ensureDatabase: { name: &later a }\n", problems: ["unknown-anchor 1:7", "bad-id 1:7"] },
  { name: "an alias within its anchor", text: step("&a { name: *a }"), problems: ["alias-loop 2:30"] },
  { name: "a billion laughs", text: laughs(), problems: ["unknown-field", "too-many-aliases"] },
  { name: "lists nested deeply", text: step(`{ name: ${repeat(200, "[")}${repeat(200, "]")} }`), problems: ["wrong-type 2:21", "too-deep 2:126"] },
  { name: "lists nested very deeply", text: step(repeat(100_000, "[")), problems: ["too-deep"] },
  { name: "a list of lists of lists in blocks", text: `${repeat(5_000, "- ")}a\n`, problems: ["too-deep"] },
  { name: "__proto__ as a key", text: step("{ name: a, __proto__: { q: 1 } }"), problems: ["bad-key 2:30"] },
  { name: "__proto__ as a step", text: "- id: a\n  __proto__: { name: a }\n", problems: ["no-kind 1:3", "bad-key 2:3"] },
  { name: "constructor as a key", text: step("{ name: a, constructor: 1 }"), problems: ["bad-key 2:30"] },

  // Steps.
  { name: "a step that is a word", text: "- ensureDatabase\n", problems: ["not-a-step 1:3"] },
  { name: "a step that is a list", text: "- [a, b]\n", problems: ["not-a-step 1:3"] },
  { name: "an empty step", text: `-\n${database("a")}`, problems: ["not-a-step 1:2"] },
  { name: "no id", text: "- ensureDatabase: { name: a }\n", problems: ["missing-id 1:3"] },
  { name: "an empty id", text: "- id:\n  ensureDatabase: { name: a }\n", problems: ["bad-id 1:3"], says: "no value" },
  { name: "an id without characters", text: '- id: ""\n  ensureDatabase: { name: a }\n', problems: ["bad-id 1:7"] },
  { name: "a numeric id", text: "- id: 001\n  ensureDatabase: { name: a }\n", problems: ["bad-id 1:7"], says: '"001"' },
  { name: "a numeric id with a fraction", text: "- id: 1.10\n  ensureDatabase: { name: a }\n", problems: ["bad-id 1:7"], says: '"1.10"' },
  { name: "true as an id", text: "- id: true\n  ensureDatabase: { name: a }\n", problems: ["bad-id 1:7"], says: '"true"' },
  { name: "an id that is a list", text: "- id: [a]\n  ensureDatabase: { name: a }\n", problems: ["bad-id 1:3"] },
  { name: "an id with a space", text: "- id: a b\n  ensureDatabase: { name: a }\n", problems: ["bad-id 1:7"] },
  { name: "an id that begins with a dot", text: "- id: .a\n  ensureDatabase: { name: a }\n", problems: ["bad-id 1:7"] },
  { name: "an id of 129 characters", text: `- id: ${repeat(129, "a")}\n  ensureDatabase: { name: a }\n`, problems: ["bad-id 1:7"], says: "128" },
  { name: "a description that is a number", text: "- id: a\n  description: 12\n  ensureDatabase: { name: a }\n", problems: ["wrong-type 2:16"] },
  { name: "no kind", text: "- id: a\n", problems: ["no-kind 1:3"], says: "ensureDatabase" },
  { name: "a description and no kind", text: "- id: a\n  description: nothing\n", problems: ["no-kind 1:3"] },
  { name: "two kinds", text: "- id: a\n  ensureDatabase: { name: a }\n  ensureSecurity: { database: a }\n", problems: ["two-kinds 3:3"], says: "`ensureSecurity` into a separate step" },
  { name: "a file of documents", text: '[{ "_id": "a", "name": "x" }, { "_id": "b" }]', problems: ["not-a-list 1:1"], says: "a file of documents, not of steps" },
  { name: "a database name in capitals", text: "- id: a\n  ensureDatabase: { name: Foo }\n", problems: ["bad-value 2:27"], says: "use lower case: `foo`" },
  { name: "an unknown step", text: "- id: a\n  ensureDatabse: { name: a }\n", problems: ["unknown-step 2:3"], says: "unknown kind `ensureDatabse`; did you mean `ensureDatabase`?" },
  { name: "a step in kebab case", text: "- id: a\n  ensure-database: { name: a }\n", problems: ["unknown-step 2:3"], says: "did you mean `ensureDatabase`?" },
  { name: "a step that is not similar to any", text: "- id: a\n  createTable: {}\n", problems: ["unknown-step 2:3"], says: "the kinds are ensure" },
  { name: "an unknown key in a step", text: "- id: a\n  desciption: x\n  ensureDatabase: { name: a }\n", problems: ["unknown-field 2:3"], says: "did you mean `description`?" },
  { name: "a field that is not indented", text: "- id: a\n  ensureDatabase:\n  name: a\n", problems: ["wrong-type 2:3", "unknown-field 3:3"] },
  { name: "the same id twice in a file", text: "- id: a\n  ensureDatabase: { name: a }\n- id: a\n  ensureDatabase: { name: b }\n", problems: ["duplicate-id 3:7"], says: "001.yaml:1:7" },
  {
    name: "the same id in two files",
    files: { "a.yaml": database("a"), "b.yml": `# b\n${database("b")}` },
    problems: ["b.yml duplicate-id 2:7"],
    says: "a.yaml:1:7",
  },
  { name: "a database claimed twice", text: "- id: a\n  ensureDatabase: { name: x }\n- id: b\n  ensureDatabase: { name: x }\n", problems: ["claimed-twice 4:3"], says: "001.yaml:2:3" },
  {
    name: "a database claimed in two files",
    files: { "1.yaml": "- id: a\n  ensureDatabase: { name: x }\n", "2.yaml": "- id: b\n  ensureDatabase: { name: x }\n" },
    problems: ["2.yaml claimed-twice 2:3"],
    says: "1.yaml:2:3",
  },

  // Specs.
  { name: "a spec that is text", text: step("zerglings"), problems: ["wrong-type 2:19"], says: "mapping" },
  { name: "a spec that is a list", text: step("[zerglings]"), problems: ["wrong-type 2:3"], says: "not a list" },
  { name: "an empty spec", text: "- id: a\n  ensureDatabase:\n", problems: ["wrong-type 2:3"], says: "no value" },
  { name: "a missing field", text: step("{ q: 1 }"), problems: ["missing-field 2:3"], says: "`ensureDatabase` needs `name`" },
  { name: "an unknown field", text: step("{ name: a, partitoned: true }"), problems: ["unknown-field 2:30"], says: "did you mean `partitioned`?" },
  { name: "an unknown field that is not similar to any", text: step("{ name: a, colour: red }"), problems: ["unknown-field 2:30"], says: "it has `name`, `partitioned`" },
  { name: "yes", text: step("{ name: a, partitioned: yes }"), problems: ["wrong-type 2:43"], says: "write `true`" },
  { name: "no", text: step("{ name: a, partitioned: no }"), problems: ["wrong-type 2:43"], says: "write `false`" },
  { name: "true in quotes", text: step('{ name: a, partitioned: "true" }'), problems: ["wrong-type 2:43"], says: "without quotes" },
  { name: "a number in quotes", text: step('{ name: a, q: "8" }'), problems: ["wrong-type 2:33"], says: "without quotes" },
  { name: "a fraction", text: step("{ name: a, q: 1.5 }"), problems: ["wrong-type 2:33"], says: "whole number" },
  { name: "zero shards", text: step("{ name: a, q: 0 }"), problems: ["bad-value 2:33"], says: "at least 1" },
  { name: "infinity", text: step("{ name: a, q: .inf }"), problems: ["bad-number 2:33"] },
  { name: "a number that loses digits", text: step("{ name: a, q: 12345678901234567890 }"), problems: ["bad-number 2:33"] },
  { name: "half a character", text: step('{ name: "\\ud800" }'), problems: ["bad-text 2:27"] },
  { name: "a database name that is a number", text: database("2024"), problems: ["wrong-type 2:27"], says: '"2024"' },
  { name: "a user name that begins with _", text: "- id: a\n  ensureUser: { name: _a, password: p }\n", problems: ["bad-value 2:23"], says: "`name` can't be `_a`; it must match `^[^_:][^:]*$` (description: The user's name, " },
  { name: "a database name in upper case", text: database("Bad"), problems: ["bad-value 2:27"], says: "lower case" },
  { name: "a database name with an underscore", text: database("_bad"), problems: ["bad-value 2:27"] },
  { name: "a database name with a dot", text: database("a.b"), problems: ["bad-value 2:27"] },
  { name: "a database name of 300 characters", text: database(repeat(300, "a")), problems: ["bad-value 2:27"], says: "300 characters" },
  { name: "an empty database name", text: database('""'), problems: ["bad-value 2:27"], says: "empty" },
  { name: "a database name with a line break", text: database('"a\\n"'), problems: ["bad-value 2:27"], says: "`a\\n`" },
  { name: "members.names that is text", text: '- id: a\n  ensureSecurity:\n    database: a\n    members:\n      names: "x"\n', problems: ["wrong-type 5:14"], says: "`members.names` must be a list, not text; write `[x]`" },
  { name: "a name that is a number", text: "- id: a\n  ensureSecurity: { database: a, members: { names: [x, 7] } }\n", problems: ["wrong-type 2:56"], says: "members.names[1]" },
  { name: "a mode that does not exist", text: "- id: a\n  ensureSecurity: { database: a, mode: merg }\n", problems: ["bad-value 2:40"], says: "did you mean `merge`?" },
  { name: "a database that is neither text nor a list", text: "- id: a\n  ensureSecurity: { database: { name: a } }\n", problems: ["wrong-type 2:21"], says: "text or a list" },
  { name: "a list with one bad database", text: "- id: a\n  ensureSecurity: { database: [a, B] }\n", problems: ["bad-value 2:35"], says: "`database[1]` can't be `B`" },
  { name: "an empty list of databases", text: "- id: a\n  ensureSecurity: { database: [] }\n", problems: ["bad-value 2:21"], says: "must not be empty" },
  { name: "allowDestroy where nothing is destroyed", text: step("{ name: a, allowDestroy: true }"), problems: ["unknown-field 2:30"], says: "destroys nothing" },
  { name: "a bad value by alias", text: "- id: a\n  description: &bad B\n  ensureDatabase: { name: *bad }\n", problems: ["bad-value 3:27"] },
  { name: "an empty password", text: '- id: a\n  ensureAdmin: { name: a, password: "" }\n', problems: ["bad-value 2:37"] },
  { name: "a password without a field", text: "- id: a\n  ensureAdmin: hunter2hunter2\n", problems: ["wrong-type 2:16"] },

  // Variables and files.
  { name: "a missing variable", text: "- id: a\n  ensureDatabase:\n    name: ${DATABASE}\n", problems: ["missing-variable 3:11"], says: "`DATABASE`" },
  { name: "a missing variable amid text", text: "- id: a\n  ensureDatabase:\n    name: a-${DATABASE}\n", problems: ["missing-variable 3:13"] },
  { name: "two missing variables", text: "- id: a\n  ensureAdmin:\n    name: ${USER_NAME}\n    password: ${PASSWORD}\n", problems: ["missing-variable 3:11", "missing-variable 4:15"] },
  { name: "an unterminated variable", text: "- id: a\n  ensureDatabase:\n    name: ${DATABASE\n", problems: ["unterminated-variable 3:11"] },
  { name: "a bad variable", text: "- id: a\n  ensureDatabase:\n    name: ${my-db}\n", problems: ["bad-variable 3:11"] },
  { name: "a variable whose value is a bad name", text: "- id: a\n  ensureDatabase:\n    name: ${DATABASE}\n", env: { DATABASE: "Bad" }, problems: ["bad-value 3:11"], says: "`Bad`" },
  { name: "a variable whose value is not a number", text: step('{ name: a, q: "${Q}" }'), env: { Q: "many" }, problems: ["wrong-type 2:33"] },
  { name: "a missing secret file", text: "- id: a\n  ensureAdmin:\n    name: a\n    password: ${file:/no/such/file}\n", problems: ["missing-file 4:15"], says: "/no/such/file" },
  { name: "a missing file", text: "- id: a\n  ensureDesignDocs:\n    database: a\n    from: nowhere.json\n", problems: ["missing-file 4:11"], says: "nowhere.json does not exist" },

  // Several problems.
  {
    name: "problems of several steps and files, in order",
    files: {
      "b.yaml": "- id: b\n  ensureDatabse: {}\n",
      "a.yaml": "- id: 1\n  ensureDatabase: { name: Bad, q: many, colour: red }\n- id: c\n",
    },
    problems: [
      "a.yaml bad-id 1:7",
      "a.yaml bad-value 2:27",
      "a.yaml wrong-type 2:35",
      "a.yaml unknown-field 2:41",
      "a.yaml no-kind 3:3",
      "b.yaml unknown-step 2:3",
    ],
  },
];

/** Each line names the previous one ten times. */
function laughs(): string {
  const lines = ["- id: a\n  ensureSecurity:\n    database: a\n    admins:\n      a0: &a0 [lol]"];
  for (let i = 1; i < 12; i++) lines.push(`      a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]`);
  return `${lines.join("\n")}\n`;
}
