/** The registry of rules, in the order of docs/lint.md. */
import type { Rule } from "../rule.js";
import { builtInReduce } from "./built-in-reduce.js";
import { createdLater } from "./created-later.js";
import { deprecatedField } from "./deprecated-field.js";
import { docMutation } from "./doc-mutation.js";
import { duplicateIndex } from "./duplicate-index.js";
import { duplicateView } from "./duplicate-view.js";
import { emitDoc } from "./emit-doc.js";
import { growingReduce } from "./growing-reduce.js";
import { impureMap } from "./impure-map.js";
import { inPlacePattern } from "./in-place-pattern.js";
import { openDatabase } from "./open-database.js";
import { plainSecret } from "./plain-secret.js";
import { unguardedField } from "./unguarded-field.js";
import { unsupportedJavaScript } from "./unsupported-javascript.js";

export const rules: readonly Rule[] = [
  createdLater,
  plainSecret,
  openDatabase,
  unsupportedJavaScript,
  deprecatedField,
  impureMap,
  docMutation,
  unguardedField,
  emitDoc,
  builtInReduce,
  growingReduce,
  duplicateView,
  duplicateIndex,
  inPlacePattern,
];
